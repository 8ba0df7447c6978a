"""The speed benchmark of data runs on few vectors, and its page tells every promised figure."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "speed" / "data.py"

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells own memory"),
    pytest.mark.sweep,
]


def page_of(folder: Path, *options: str) -> str:
    path = folder / "page.md"
    command = [sys.executable, str(SCRIPT), "--length", "16", "--write", str(path), *options]
    done = subprocess.run(  # noqa: S603  # our own command
        command, check=False, capture_output=True, text=True, timeout=240
    )
    assert done.returncode in (0, 1), done.stderr  # 1 where a target is missed, on few rows
    return path.read_text(encoding="utf-8")


def test_the_page_tells_steps_strategies_and_heads(tmp_path: Path) -> None:
    page = page_of(tmp_path, "--rows", "3000")
    for step in ("open", "map, verify and standardise", "fit logistic to 500"):
        assert f"\n| {step} |" in page
    for name in ("entropy", "badge", "typiclust"):
        assert f"\n| {name} chooses 100 of 1,900 |" in page  # all that has no label
    assert "| largest difference of probabilities | | |" in page
    assert "| at most 0.0001 | met |" in page
    assert "| at most 1.2 times |" in page


def test_a_pool_that_would_take_too_long_is_not_asked_about_and_that_is_told(
    tmp_path: Path,
) -> None:
    page = page_of(tmp_path, "--rows", "6000", "--seconds", "0.001", "--strategies", "typiclust")
    assert "was expected to take more than 0.001 s; all 4,300 would take" in page

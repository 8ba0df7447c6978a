"""The smoke benchmark: a few cells on every kind of part, with one process at once and with two."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from albench.cli import main
from albench.reporting import build

if TYPE_CHECKING:
    import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"
WHOLE = build.SECTIONS
TWICE = "repetitions = 2"


def test_records_of_two_runs_are_equal_but_for_times(
    tmp_path: Path, short_reports: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one repetition; ``tox -e smoke`` runs two."""
    monkeypatch.syspath_prepend(str(FOLDER))
    smoke: Any = importlib.import_module("smoke")  # a script, which has no types
    text = smoke.SPEC.read_text(encoding="utf-8")
    assert text.count(TWICE) == 1
    once = tmp_path / "smoke.toml"
    once.write_text(text.replace(TWICE, "repetitions = 1"), encoding="utf-8")
    monkeypatch.setattr(smoke, "SPEC", once)
    smoke.compare(tmp_path / "smoke")
    monkeypatch.setattr(build, "SECTIONS", WHOLE)
    assert main(["report", str(tmp_path / "smoke" / "2")]) == 0

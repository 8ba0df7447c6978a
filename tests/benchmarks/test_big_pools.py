"""The benchmark of big pools runs on a small one, in parts that one page puts together."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "speed" / "big_pools.py"

pytestmark = [
    pytest.mark.sweep,
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the most memory"),
]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("speed") / "page.md"
    pool = ("--rows", "6000", "--length", "16", "--write", str(path))
    for part in (
        ("--strategy", "margin", "k-means"),
        ("--strategy", "probcover", "--only", "full"),
    ):
        done = subprocess.run(  # noqa: S603  # our own command
            [sys.executable, str(SCRIPT), *pool, *part],
            check=False,
            capture_output=True,
            text=True,
            timeout=240,
        )
        assert done.returncode == 0, done.stderr
    return path.read_text(encoding="utf-8")


def cells(page: str, name: str) -> list[str]:
    """Return a strategy's row, without its name."""
    (line,) = (line for line in page.splitlines() if line.startswith(f"| `{name}` |"))
    return [cell.strip() for cell in line[1:-1].split("|")][1:]


def test_what_is_exact_says_so(page: str) -> None:
    cost, *figures, loss = cells(page, "margin")
    assert (cost, loss) == ("n", "exact")
    assert all(float(figure) >= 0 for figure in figures)


def test_what_is_not_exact_tells_its_loss(page: str) -> None:
    assert "distance to the nearest pick x " in cells(page, "k-means")[-1]


def test_a_part_keeps_what_the_page_says_and_adds_its_own(page: str) -> None:
    assert cells(page, "probcover")[1:3] == ["", ""]
    assert float(cells(page, "probcover")[3]) > 0


def test_what_was_not_reached_says_so(page: str) -> None:
    assert cells(page, "bait") == ["n b", "", "", "not reached", "", "", ""]

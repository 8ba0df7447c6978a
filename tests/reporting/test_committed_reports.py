"""No number of a committed report is written by hand: each can be drawn again from its tables."""

from __future__ import annotations

import math
import shutil
from pathlib import Path

import pytest

from albench.reporting import writing

ROOT = Path(__file__).parents[2]
LARGE = {"mmfn-al", "strategies", "traps"}
COMMITTED = [
    pytest.param(path.parent, marks=[pytest.mark.sweep] * (path.parent.name in LARGE))
    for path in sorted(ROOT.glob("results/*/cells.csv"))
]


def texts(folder: Path) -> dict[str, str]:
    """Return the files of a report that are compared; figures depend on the fonts at hand."""
    paths = [folder / "report.md", *folder.glob("tables/*.csv"), *folder.glob("tables/*.tex")]
    return {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in paths}


@pytest.mark.skipif(not COMMITTED, reason="no results are committed")
@pytest.mark.parametrize("results", COMMITTED, ids=lambda path: path.name)
def test_a_committed_report_is_what_its_tables_give(
    results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Another process would draw the figures of so many cells, which are not compared.
    monkeypatch.setattr(writing, "MANY_CELLS", math.inf)
    copy = tmp_path / results.name
    copy.mkdir()
    for path in (*results.glob("*.csv"), results / "manifest.json"):
        shutil.copy(path, copy / path.name)
    assert texts(writing.write(copy).parent) == texts(results / "report")

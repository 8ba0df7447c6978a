"""A look at what strategies of a real run bought."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

from albench import bought
from albench.cli import main
from albench.publish import publish
from albench.publish.read import read
from albench.reporting.load import load

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("short_reports")


def test_purchases_are_looked_at_and_published(
    write_spec: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec, results = str(write_spec("entropy", "margin")), tmp_path / "results"
    assert main(["run", spec, "--output", str(results), "--jobs", "2"]) == 0
    assert main(["selections", str(results)]) == 0
    assert "3 cells looked at" in capsys.readouterr().out
    table = pd.read_csv(results / "bought.csv")
    cells = {cell.strategy: cell.cell for cell in read(results).run.cells}
    assert set(table["cell"]) == {cells[name] for name in ("random", "entropy", "margin")}
    assert {"class mix", "rarest class", "duplicates", "distance"} <= set(table["measure"])
    ours = table[(table["cell"] == cells["random"]) & (table["measure"] == "distance")]
    assert ours["value"].between(0.7, 1.3).all()  # a blind choice is as far away as the pool
    shared = pd.read_csv(results / "overlaps.csv")
    assert set(shared["strategy"]) == {"random", "entropy", "margin"}
    assert shared["share"].between(0, 1).all()

    publish(results, tmp_path / "published")
    assert len(load(tmp_path / "published").bought) == len(table)
    # Published results keep what a look takes, and give the same again.
    (tmp_path / "published" / "bought.csv").unlink()
    assert main(["selections", str(tmp_path / "published")]) == 0
    again = pd.read_csv(tmp_path / "published" / "bought.csv")
    pd.testing.assert_frame_equal(again, table)


def test_of_large_cohorts_only_labels_and_subjects_are_looked_at(
    write_spec: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec, results = str(write_spec("margin")), tmp_path / "results"
    assert main(["run", spec, "--output", str(results)]) == 0
    monkeypatch.setattr(bought, "MOST_CANDIDATES", 10)
    assert main(["selections", str(results)]) == 0
    measures = set(pd.read_csv(results / "bought.csv")["measure"])
    assert not measures & {"distance", "duplicates"}


def test_a_folder_without_records_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["selections", str(tmp_path)]) == 2
    assert "has no journal of a run" in capsys.readouterr().err

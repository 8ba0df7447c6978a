"""Modalities that were bought one by one are in all that is made of a run."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from two_tables import TOLD, write_tables

import albench
from albench.audit import _difference
from albench.bundle.checking import check_bundle
from albench.cli import main
from albench.publish import publish
from albench.publish.read import read
from albench.records import tables

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from albench.records.schema import Finished

pytestmark = pytest.mark.usefixtures("short_reports")

STRATEGIES = ("margin", "cheapest-first", "expected-gain")


@pytest.fixture
def spec(write_spec: Callable[..., Path], tmp_path: Path) -> Path:
    """A specification in which two strategies ask for modalities."""
    write_tables(tmp_path, lacking=True)
    return write_spec(*STRATEGIES, **TOLD)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the one run and what is published of it are kept, once they have been needed."""
    return tmp_path_factory.mktemp("made")


@pytest.fixture
def run(made: Path, spec: Path, tmp_path: Path) -> Path:
    """The results of the run, which the test may change."""
    if not (made / "run").exists():
        assert main(["run", str(spec), "--output", str(made / "run"), "--jobs", "2"]) == 0
    return shutil.copytree(made / "run", tmp_path / "run")


@pytest.fixture
def published(made: Path, run: Path, tmp_path: Path) -> Path:
    if not (made / "published").exists():
        publish(run, made / "published")
    return shutil.copytree(made / "published", tmp_path / "published")


def acquired(ends: dict[str, Finished]) -> dict[str, list[list[int]]]:
    return {cell: [entry.acquired for entry in end.rounds] for cell, end in sorted(ends.items())}


@pytest.mark.sweep
def test_what_was_bought_is_published_and_read_again(
    spec: Path, run: Path, published: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ours, theirs = (dict(read(folder).finished) for folder in (run, published))
    assert sum(len(codes) for rounds in acquired(ours).values() for codes in rounds) > 20
    assert acquired(theirs) == acquired(ours)
    assert all(tables.agree(ours[cell], theirs[cell]) for cell in ours)

    frames = [albench.load(folder).acquired for folder in (run, published)]
    kept = pd.read_parquet(run / "tables" / "acquired.parquet")
    for frame in frames:
        assert frame is not None
        pd.testing.assert_frame_equal(frame, kept)
    assert set(kept["modality"]) == {"b"}

    assert main(["status", str(published)]) == 0
    assert "5 ok" in capsys.readouterr().out
    assert main(["audit", str(published), "--share", "1", "--spec", str(spec)]) == 0
    merged = tmp_path / "merged"
    assert main(["merge", str(published), str(run), "-o", str(merged)]) == 0
    assert acquired(dict(read(merged).finished)) == acquired(ours)
    assert main(["diff", str(published), str(merged)]) == 0
    for source in (run, published):
        assert main(["bundle", str(source), "-o", str(tmp_path / "lab.zip")]) == 0
        checked = check_bundle(tmp_path / "lab.zip").records
        assert acquired(dict(checked.finished)) == acquired(ours)


def test_a_run_that_starts_from_published_results_takes_purchases_over(
    write_spec: Callable[..., Path], published: Path, tmp_path: Path
) -> None:
    spec, longer = str(write_spec(*STRATEGIES, **TOLD | {"repetitions": 2})), tmp_path / "longer"
    assert main(["run", spec, "--from", str(published), "--output", str(longer)]) == 0
    publish(longer, tmp_path / "again")
    old, new = (dict(read(folder).finished) for folder in (published, tmp_path / "again"))
    assert len(new) == 2 * len(old)
    assert acquired({cell: new[cell] for cell in old}) == acquired(old)
    assert all(new[cell].seconds == old[cell].seconds for cell in old)  # none ran again


def test_a_look_at_purchases_tells_modalities(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["selections", str(run)]) == 0
    assert "4 cells looked at" in capsys.readouterr().out
    bought = pd.read_csv(run / "bought.csv").set_index(["cell", "point", "measure"])["value"]
    plan = {cell.strategy: cell.cell for cell in read(run).run.cells}

    def share(strategy: str, measure: str) -> float:
        return float(bought.get((plan[strategy], "final", measure), float("nan")))

    # Five subjects of whom b could be measured were, and nobody was labelled.
    assert share("cheapest-first", "measured b") > 0
    assert (plan["cheapest-first"], "final", "labelled with b") not in bought.index
    for name in ("random", "margin"):
        assert 0 < share(name, "measured b") < 1
        assert share(name, "labelled with b") == 1  # who is labelled is measured whole


def test_an_audit_tells_that_other_modalities_were_bought(run: Path) -> None:
    end = next(e for e in read(run).finished.values() if len(e.rounds[-1].acquired) > 1)
    last = replace(end.rounds[-1], acquired=end.rounds[-1].acquired[::-1])
    other = replace(end, rounds=[*end.rounds[:-1], last])
    assert _difference(end, end) is None
    assert _difference(end, other) == "other modalities were bought in round 1"

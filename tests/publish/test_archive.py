"""Published results are complete: all that a run recorded can be read from a clone."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from albench.cli import main
from albench.errors import InputError, RecordsError
from albench.metrics.catalogue import scores
from albench.publish import publish
from albench.publish.derive import derive
from albench.publish.read import read
from albench.records import archive, tables
from albench.records.archive import read_archive
from albench.records.journal import Journal
from albench.records.manifest import read_manifest
from albench.records.schema import CellStatus, Finished, MeasuredPart, Round, pack, unpack

if TYPE_CHECKING:
    from collections.abc import Callable

    from albench.records.run_record import PlannedRun

N_UNITS, N_CLASSES = 40, 4

pytestmark = pytest.mark.usefixtures("bare_reports")


def _cell(name: str, strategy: str, repetition: int) -> dict[str, Any]:
    place = {"cohort": "x", "modalities": "a+b", "model": "m", "budget": "b"}
    plugin = {"strategy": strategy, "strategy_plugin": f"core/{strategy}"}
    return place | plugin | {"cell": name, "repetition": repetition, "identity": {"seed": 3}}


def _success(name: str, repetition: int) -> Finished:
    rng = np.random.default_rng([ord(name[0]), repetition])
    part = MeasuredPart(
        units=[f"P{i}" for i in range(N_UNITS)],
        labels=[i % N_CLASSES for i in range(N_UNITS)],
        n_candidates=80,
        n_subjects=80,
        n_test_candidates=N_UNITS,
        n_test_subjects=N_UNITS,
        split_hash=f"s{repetition}",
        first_labels_hash="f",
        weights_hash="w",
        batches_hash="b",
        marks={"noisy": 5},
    )
    rounds = []
    for number in range(3):
        proba = rng.dirichlet(np.full(N_CLASSES, 0.3), N_UNITS).astype(np.float32)
        picked = [int(pick) for pick in rng.permutation(80)[:10]]
        rounds.append(
            Round(
                round=number,
                picked=picked,
                n_labelled=10 * (number + 1),
                n_labelled_subjects=10 * (number + 1),
                proba=pack(proba),
                query_seconds=0.25,
                train_seconds=0.5,
                evaluate_seconds=0.125,
                marks={"noisy": number},
                measured={"a": 10 * (number + 1), "b": 7 + number},
            )
        )
    return Finished(
        cell=name,
        status=CellStatus.OK,
        seconds=1.5,
        peak_mb=100.0,
        part=part,
        rounds=rounds,
        sources={"core/mmfn": "0" * 16},
    )


SPEC = 'name = "toy"\n'
NAMES = [(f"{letter}{r}", letter, r) for letter in ("random", "margin") for r in range(4)]


@pytest.fixture(scope="module")
def one_run(
    tmp_path_factory: pytest.TempPathFactory, planned_run: Callable[..., PlannedRun]
) -> Path:
    """A run folder of two strategies in four repetitions; not to be changed."""
    folder: Path = tmp_path_factory.mktemp("one") / "run"
    with Journal(folder / "journal") as journal:
        cells = [_cell(name, strategy, r) for name, strategy, r in NAMES]
        journal.append("run", planned_run(cells, repetitions=4, spec=SPEC).to_json())
        journal.extend([("cell", _success(name, r).to_json()) for name, _, r in NAMES])
    return folder


def test_what_was_recorded_is_read_again(published_once: Path) -> None:
    reading = read_archive(published_once)
    ends = {end.cell: end for end in reading.cells}
    assert sorted(ends) == sorted(name for name, _, _ in NAMES)
    for name, _, repetition in NAMES:
        before, after = _success(name, repetition), ends[name]
        assert after.part == before.part
        assert after.sources == before.sources
        assert [e.picked for e in after.rounds] == [e.picked for e in before.rounds]
        assert [e.marks for e in after.rounds] == [e.marks for e in before.rounds]
        assert [e.measured for e in after.rounds] == [e.measured for e in before.rounds]
        assert tables.agree(before, after)


def test_the_plan_is_read_again_with_its_identities(run: Path, published_once: Path) -> None:
    (published,) = read_archive(published_once).runs
    recorded = read(run).run
    key = "cell"
    assert sorted(published.cells, key=lambda c: getattr(c, key)) == sorted(
        recorded.cells, key=lambda c: getattr(c, key)
    )
    assert published.model_copy(update={"cells": recorded.cells}) == recorded


@pytest.mark.parametrize("small", [0, 10**9], ids=["float16", "float32"])
def test_metrics_of_published_probabilities_are_those_of_the_run(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small: int
) -> None:
    monkeypatch.setattr(archive, "_SMALL", small)
    publish(run, tmp_path / "published")
    exact = {name: _success(name, repetition) for name, _, repetition in NAMES}
    for end in read_archive(tmp_path / "published").cells:
        for before, after in zip(exact[end.cell].rounds, end.rounds, strict=True):
            labels = np.arange(N_UNITS) % N_CLASSES
            old = scores(labels, unpack(before.proba), ordered=True)
            new = scores(labels, unpack(after.proba), ordered=True)
            assert new["accuracy"] == old["accuracy"]
            assert new == pytest.approx(old, abs=2e-3 if small == 0 else 1e-5)


def test_published_scores_are_those_of_the_run_to_the_last_digit(
    published_once: Path, tmp_path: Path
) -> None:
    with Journal(tmp_path / "again" / "journal") as journal:
        reading = read_archive(published_once)
        journal.append("run", reading.runs[0].to_json())
        journal.extend([("cell", end.to_json()) for end in reading.cells])
    publish(tmp_path / "again", tmp_path / "twice")
    for name in ("cells.csv", "scores.csv", "marks.csv"):
        first = pd.read_csv(published_once / name)
        pd.testing.assert_frame_equal(first, pd.read_csv(tmp_path / "twice" / name))


def test_the_command_that_is_published_names_no_place_of_this_machine(
    run: Path, tmp_path: Path, planned_run: Callable[..., PlannedRun]
) -> None:
    cells, command = [_cell(*one) for one in NAMES], f"albench run toy --output {tmp_path / 'mine'}"
    with Journal(run / "journal") as journal:
        journal.append("run", planned_run(cells, repetitions=4, command=command).to_json())
    page, _ = publish(run, tmp_path / "published")
    assert read_manifest(tmp_path / "published" / "manifest.json").command == "albench run toy"
    environment = page.parent / "paper" / "environment.txt"
    assert environment.read_text(encoding="utf-8").startswith("# albench run toy\n")


def test_bytes_depend_on_the_records_alone(run: Path, published_once: Path, tmp_path: Path) -> None:
    publish(run, tmp_path / "two")
    for name in (archive.CELLS, archive.PARTS, archive.PICKS, archive.PREDICTIONS):
        assert (published_once / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_probabilities_that_many_cells_share_take_the_room_of_one(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    drawn = [pack(rng.dirichlet(np.ones(4), 20_000).astype(np.float32)) for _ in range(5)]
    model = _success("random0", 0)
    ends = {}
    for number in range(10):  # every second cell has its own, the others share one
        entry = replace(model.rounds[0], proba=drawn[number // 2 if number % 2 else 0])
        ends[str(number)] = replace(model, cell=str(number), rounds=[entry])
    sizes = {}
    for name, chosen in (("one", ["0"]), ("all", list(ends))):
        table = archive._predictions_table({cell: ends[cell] for cell in chosen})
        archive._write(tmp_path / name, table)
        sizes[name] = (tmp_path / name).stat().st_size
    assert sizes["all"] < 5.5 * sizes["one"]  # five differ


def test_probabilities_of_the_last_repetitions_are_left_out_beyond_a_limit(
    run: Path, published_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = (published_once / archive.PREDICTIONS).stat().st_size / 1e6
    monkeypatch.setattr("albench.publish.MEGABYTES", 0.7 * size)
    _, n_repetitions = publish(run, tmp_path / "some")
    assert 1 <= n_repetitions < 4
    ends = read_archive(tmp_path / "some").cells
    having = {end.cell[-1] for end in ends if all(entry.proba for entry in end.rounds)}
    assert having == set(map(str, range(n_repetitions)))
    assert all(entry.scores for end in ends for entry in end.rounds)
    derived = derive(read(tmp_path / "some"))
    assert len(derived.scores) == 24
    assert derived.scores["accuracy"].notna().all()


def test_repetitions_without_probabilities_take_none_of_the_room(run: Path) -> None:
    records = read(run)
    archive.write_archive(records, run)
    megabytes = 0.4 * (run / archive.PREDICTIONS).stat().st_size / 1e6
    half = {
        cell: replace(end, rounds=[replace(entry, proba="") for entry in end.rounds])
        if cell[-1] in "01"
        else end
        for cell, end in records.finished.items()
    }
    assert archive.write_archive(replace(records, finished=half), run, megabytes) == 1
    kept = {cell[-1] for cell in pq.read_table(run / archive.PREDICTIONS)["cell"].to_pylist()}
    assert kept == {"2"}


def test_repetitions_with_few_probabilities_take_little_of_the_room(run: Path) -> None:
    """The first three have those of one cell, as where the others came without."""
    records = read(run)
    first = min(records.finished)[:-1]
    some = {
        cell: replace(end, rounds=[replace(entry, proba="") for entry in end.rounds])
        if cell[-1] in "012" and cell[:-1] != first
        else end
        for cell, end in records.finished.items()
    }
    records = replace(records, finished=some)
    assert archive.write_archive(records, run) == 4
    megabytes = 0.7 * (run / archive.PREDICTIONS).stat().st_size / 1e6
    assert archive.write_archive(records, run, megabytes) == 3


def test_records_without_probabilities_have_them_for_no_repetition(run: Path) -> None:
    records = read(run)
    bare = {
        cell: replace(end, rounds=[replace(entry, proba="") for entry in end.rounds])
        for cell, end in records.finished.items()
    }
    lacking = replace(records, finished=bare)
    assert archive.write_archive(records, run) == 4
    assert archive.write_archive(lacking, run) == 0


@pytest.mark.parametrize(
    "name", ["cells.parquet", "parts.parquet", "picks.parquet", "predictions.parquet", "scores.csv"]
)
@pytest.mark.parametrize("damage", ["cut", "gone"])
def test_damaged_published_results_are_one_complaint(
    published_once: Path, tmp_path: Path, name: str, damage: str
) -> None:
    target = tmp_path / "published"
    shutil.copytree(published_once, target)
    if damage == "cut":
        (target / name).write_bytes(b"\x00" + (target / name).read_bytes()[: 5 * 8])
    else:
        (target / name).unlink()
    if name == "cells.parquet" and damage == "gone":
        with pytest.raises(RecordsError, match="no run in it"):
            read(target)
        return
    with pytest.raises(RecordsError, match="published results are damaged or incomplete"):
        read(target)


def test_a_run_that_is_not_complete_is_published_on_demand_alone(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    failed = replace(_success("margin3", 3), status=CellStatus.ERROR, reason="no")
    with Journal(run / "journal") as journal:
        journal.append("cell", replace(failed, cell="other").to_json())
        plan = read(run).run
        more = _cell("lacking", "badge", 0)
        journal.append("run", plan.model_copy().to_json() | {"cells": [*_plain(plan), more]})
    with pytest.raises(InputError, match="1 cell has no result; finish the run"):
        publish(run, tmp_path / "published")
    assert not (tmp_path / "published").exists()
    assert main(["publish", str(run), "--to", str(tmp_path / "published"), "--incomplete"]) == 0
    assert "published: " in capsys.readouterr().out


def _plain(plan: PlannedRun) -> list[dict[str, Any]]:
    return [cell.to_json() for cell in plan.cells]


def test_nothing_else_is_overwritten(run: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.txt").write_text("mine")
    with pytest.raises(InputError, match="contains files other than results"):
        publish(run, other)
    with pytest.raises(InputError, match="is a run folder"):
        publish(run, run)
    assert [path.name for path in other.iterdir()] == ["thesis.txt"]


def test_published_results_can_be_looked_at_and_merged(
    run: Path, published_once: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    published = Path(shutil.copytree(published_once, tmp_path / "published"))
    assert main(["status", str(published)]) == 0
    assert "toy: 8 ok" in capsys.readouterr().out
    assert main(["merge", str(published), str(run), "-o", str(tmp_path / "merged")]) == 0
    assert main(["diff", str(published), str(tmp_path / "merged")]) == 0

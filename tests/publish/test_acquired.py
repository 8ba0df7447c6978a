"""What was bought beside labels is checked where published results are read."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from albench.cli import main
from albench.publish import publish
from albench.publish.read import read
from albench.records.archive import ACQUIRED
from albench.records.journal import Journal
from albench.records.schema import CellStatus, Finished, MeasuredPart, Round, pack

if TYPE_CHECKING:
    from collections.abc import Callable

    from albench.records.run_record import PlannedRun

    Change = Callable[[pd.DataFrame], pd.DataFrame]

pytestmark = pytest.mark.usefixtures("bare_reports")

PROBA = pack(np.array([[0.75, 0.25], [0.25, 0.75]], dtype=np.float32))
# Of each round, the subject's number times two, and 1 for the second modality.
BOUGHT = ([1, 3], [7, 5])


def _cell(name: str) -> dict[str, Any]:
    place = {"cohort": "x", "modalities": "a+b", "model": "m", "budget": "b"}
    strategy = {"strategy": "asks", "strategy_plugin": "core/asks", "repetition": int(name)}
    return place | strategy | {"cell": name, "identity": {"budget": {"known": ["a"]}}}


def _end(name: str) -> Finished:
    hashes = dict.fromkeys(("split_hash", "first_labels_hash", "weights_hash", "batches_hash"), "h")
    sizes = ("n_candidates", "n_subjects", "n_test_candidates", "n_test_subjects")
    part: dict[str, Any] = hashes | dict.fromkeys(sizes, 2)
    times: dict[str, Any] = dict.fromkeys(
        ("query_seconds", "train_seconds", "evaluate_seconds"), 0.5
    )
    rounds = [
        Round(
            round=number,
            picked=[0, 1] if number == 0 else [],
            n_labelled=2,
            n_labelled_subjects=2,
            proba=PROBA,
            marks={},
            measured={"a": 0, "b": 2 * (number + 1)},
            acquired=list(bought),
            **times,
        )
        for number, bought in enumerate(BOUGHT)
    ]
    units: dict[str, Any] = {"units": ["P1", "P2"], "labels": [0, 1], "marks": {}}
    return Finished(
        cell=name, status=CellStatus.OK, part=MeasuredPart(**part, **units), rounds=rounds
    )


@pytest.fixture(scope="module")
def one_run(
    tmp_path_factory: pytest.TempPathFactory, planned_run: Callable[..., PlannedRun]
) -> Path:
    """A run folder of one strategy in two repetitions, which asks for modalities."""
    folder: Path = tmp_path_factory.mktemp("one") / "run"
    with Journal(folder / "journal") as journal:
        run = planned_run([_cell("0"), _cell("1")], repetitions=2, spec='name = "toy"\n')
        journal.append("run", run.to_json())
        journal.extend([("cell", _end(name).to_json()) for name in "01"])
    return folder


@pytest.fixture
def published(published_once: Path, tmp_path: Path) -> Path:
    """The same as published results, to be changed."""
    return Path(shutil.copytree(published_once, tmp_path / "published"))


def test_purchases_are_read_again_in_their_order(published: Path) -> None:
    ends = read(published).finished
    assert [[e.acquired for e in ends[name].rounds] for name in "01"] == [list(BOUGHT)] * 2


def change(folder: Path, alter: Change) -> None:
    table = pq.read_table(folder / ACQUIRED)
    changed = alter(table.to_pandas())
    new = pa.Table.from_pandas(changed, schema=table.schema, preserve_index=False)
    pq.write_table(new, folder / ACQUIRED)


ALTERED: dict[str, tuple[Change, str]] = {
    "other subjects": (lambda t: t.assign(code=t["code"] + 2), "what cells.csv says"),
    "lacking": (lambda t: t.iloc[:-1], "what cells.csv says"),
    "lacking of the first labels": (
        lambda t: t[t["round"] > 0],
        "acquired.parquet: cell 0 bought other modalities by round 0 than are counted",
    ),
    "twice": (lambda t: pd.concat([t, t.iloc[-1:]]), "what cells.csv says"),
    "of a foreign cell": (
        lambda t: t.assign(cell="9"),
        "acquired.parquet has rows of round 0 of cell 9, which scores.csv lacks",
    ),
    "of a foreign round": (lambda t: t.assign(round=7), "has rows of round 7 of cell 0"),
    "without its codes": (
        lambda t: t[["cell", "round"]].assign(code=None),
        "damaged or incomplete",
    ),
}


@pytest.mark.parametrize("damage", ALTERED)
def test_altered_purchases_are_one_complaint(
    published: Path, damage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    alter, problem = ALTERED[damage]
    change(published, alter)
    assert main(["status", str(published)]) == 2
    assert problem in capsys.readouterr().err


@pytest.mark.parametrize("damage", ["cut", "gone"])
def test_a_file_of_purchases_that_is_damaged_is_one_complaint(
    published: Path, damage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = published / ACQUIRED
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:40])
    else:
        path.unlink()
    assert main(["status", str(published)]) == 2
    assert "published results are damaged or incomplete" in capsys.readouterr().err


def test_purchases_of_before_do_not_stay_beside_others(
    run: Path, published: Path, planned_run: Callable[..., PlannedRun]
) -> None:
    plain = _cell("0") | {"identity": {}}
    end = _end("0")
    rounds = [replace(entry, acquired=[], measured={}) for entry in end.rounds]
    with Journal(run / "journal") as journal:
        journal.append("run", planned_run([plain | {"cell": "5"}]).to_json())
        journal.append("cell", replace(end, cell="5", rounds=rounds).to_json())
    publish(run, published)
    assert not (published / ACQUIRED).exists()
    assert [end.cell for end in read(published).finished.values()] == ["5"]

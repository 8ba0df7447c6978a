"""Publishing reads a journal, derives tables, and writes what can be read again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from albench.errors import RecordsError
from albench.publish.derive import derive
from albench.publish.read import read
from albench.publish.write import write
from albench.records.journal import Journal
from albench.records.manifest import read_manifest
from albench.records.results_folder import has_journal
from albench.records.run_record import RunRecord
from albench.records.schema import CellStatus, Finished, pack

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from albench.records.run_record import PlannedRun

COLUMNS = ("cohort", "modalities", "model", "budget", "strategy", "strategy_plugin")
PROBA = np.array([[0.75, 0.25], [0.25, 0.75]], dtype=np.float32)


def cell(name: str) -> dict[str, Any]:
    """Return a planned cell, as plain data."""
    return {"cell": name, "repetition": 0, "identity": {}} | dict.fromkeys(COLUMNS, "x")


def success(name: str) -> Finished:
    """Return the end of a cell of one round, which bought two candidates."""
    hashes = ("split_hash", "first_labels_hash", "weights_hash", "batches_hash")
    sizes = ("n_candidates", "n_subjects", "n_test_candidates", "n_test_subjects")
    plain = dict.fromkeys(hashes, "h") | dict.fromkeys(sizes, 4)
    times = dict.fromkeys(("query_seconds", "train_seconds", "evaluate_seconds"), 0.5)
    turn = {"round": 0, "picked": [3, 1], "n_labelled": 2, "n_labelled_subjects": 2, "marks": {}}
    return Finished.from_json(
        {
            "cell": name,
            "status": CellStatus.OK,
            "seconds": 1.25,
            "part": plain | {"units": ["P1", "P2"], "labels": [0, 1], "marks": {}},
            "rounds": [turn | times | {"proba": pack(PROBA)}],
        }
    )


@pytest.fixture
def results(tmp_path: Path, planned_run: Callable[..., PlannedRun]) -> Path:
    """A folder whose journal has one planned cell, and one that is no longer planned."""
    with Journal(tmp_path / "journal") as journal:
        journal.append("run", planned_run([cell("old")]).to_json())
        journal.append("cell", success("old").to_json())
        journal.append("run", planned_run([cell("new")], title="Latest").to_json())
        journal.append("cell", success("new").to_json())
    return tmp_path


def test_the_latest_plan_s_cells_are_read(results: Path) -> None:
    records = read(results)
    assert (records.run.title, set(records.finished)) == ("Latest", {"new"})


def test_a_folder_without_a_journal_has_nothing_to_read(tmp_path: Path) -> None:
    assert not has_journal(tmp_path)
    with pytest.raises(RecordsError, match="no run in it"):
        read(tmp_path)


def test_the_manifest_is_the_record_with_how_the_run_ended(results: Path) -> None:
    records = read(results)
    tables = derive(records)
    for key in RunRecord.model_fields:
        assert getattr(tables.manifest, key) == getattr(records.run, key)
    ending = (tables.manifest.seconds, tables.manifest.finished, tables.manifest.conflicts)
    assert ending == (1.2, True, ())


def test_a_manifest_that_was_written_is_read_again(results: Path) -> None:
    tables = derive(read(results))
    write(tables, results)
    assert read_manifest(results / "manifest.json") == tables.manifest


def test_all_tables_are_written_as_parquet(results: Path) -> None:
    tables = derive(read(results))
    write(tables, results)
    names = {path.stem for path in (results / "tables").iterdir()}
    assert names == {"cells", "rounds", "selections", "acquired", "marks", "predictions"}
    cells = pd.read_parquet(results / "tables" / "cells.parquet")
    pd.testing.assert_frame_equal(cells, tables.cells, check_dtype=False)


def test_probabilities_survive_parquet(results: Path) -> None:
    write(derive(read(results)), results)
    again = pd.read_parquet(results / "tables" / "predictions.parquet")
    assert np.array_equal(np.stack(again["proba"].tolist()), PROBA)


def test_a_plan_without_cells_can_be_written(
    tmp_path: Path, planned_run: Callable[..., PlannedRun]
) -> None:
    with Journal(tmp_path / "journal") as journal:
        journal.append("run", planned_run([]).to_json())
    write(derive(read(tmp_path)), tmp_path)
    assert pd.read_parquet(tmp_path / "tables" / "cells.parquet").empty

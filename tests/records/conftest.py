"""Hand-made results."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from albench.records.journal import Event, Journal
from albench.records.schema import CellStatus, Finished, MeasuredPart, Round, pack

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from albench.records.run_record import PlannedRun

sys.path.insert(0, str(Path(__file__).parent))

PART = MeasuredPart(
    units=["P1", "P2"],
    labels=[0, 1],
    n_candidates=20,
    n_subjects=8,
    n_test_candidates=5,
    n_test_subjects=2,
    split_hash="s",
    first_labels_hash="f",
    weights_hash="w",
    batches_hash="b",
    marks={},
)


def turn(number: int, picked: Sequence[int] = (), sure: float = 0.5) -> Round:
    proba = np.array([[sure, 1 - sure], [1 - sure, sure]], dtype=np.float32)
    return Round(
        round=number,
        picked=list(picked),
        n_labelled=2 + number,
        n_labelled_subjects=1 + number,
        proba=pack(proba),
        query_seconds=0.1,
        train_seconds=0.2,
        evaluate_seconds=0.3,
        marks={},
    )


@pytest.fixture
def finished() -> Callable[..., Finished]:
    """A factory of outcomes: by default a success of two rounds."""

    def make(cell: str = "c1", status: CellStatus = CellStatus.OK, **changes: Any) -> Finished:
        blank: dict[str, Any] = {"part": PART, "rounds": [turn(0), turn(1, [4, 2], 0.75)]}
        if status is not CellStatus.OK:
            blank = {"reason": "it failed"}
        return Finished(cell=cell, status=status, seconds=1.5, peak_mb=100.0, **blank | changes)

    return make


@pytest.fixture
def marked(finished: Callable[..., Finished]) -> Finished:
    """A success whose training part has marks, three of which its second round bought."""
    counts = {"failed": 3, "wrong label": 5}
    first = replace(turn(0), marks=dict.fromkeys(counts, 0))
    second = replace(turn(1, [4, 2], 0.75), marks={"failed": 2, "wrong label": 1})
    return finished(part=replace(PART, marks=counts), rounds=[first, second])


@pytest.fixture
def make_round() -> Callable[..., Round]:
    """A factory of rounds: a number, what was picked, how sure the model is."""
    return turn


@pytest.fixture
def event() -> Callable[..., Event]:
    """A factory of cell events."""

    def make(end: Finished, source: str = "one.jsonl") -> Event:
        return Event(end, source)

    return make


@pytest.fixture
def run_event(planned_run: Callable[..., PlannedRun]) -> Callable[..., Event]:
    """A factory of run events that plan some cells, by identity and strategy."""

    def make(*cells: tuple[str, str], source: str = "one.jsonl") -> Event:
        planned = [
            {
                "cell": cell,
                "cohort": "clinic",
                "modalities": "a+b",
                "model": "small",
                "budget": "tenth",
                "strategy": strategy,
                "strategy_plugin": f"core/{strategy}",
                "repetition": 0,
                "identity": {},
            }
            for cell, strategy in cells
        ]
        return Event(planned_run(planned), source)

    return make


@pytest.fixture
def run(tmp_path: Path, planned_run: Callable[..., PlannedRun]) -> Path:
    """A run of three cells that all succeeded."""
    from run_of_three import CELLS, COLUMNS, success  # it lies beside this file

    planned: list[dict[str, Any]] = [
        {"cell": name, "repetition": number, "identity": {}} | dict.fromkeys(COLUMNS, "x")
        for number, name in enumerate(CELLS)
    ]
    with Journal(tmp_path / "run" / "journal") as journal:
        journal.append("run", planned_run(planned).to_json())
        journal.extend([("cell", success(name).to_json()) for name in CELLS])
        journal.append("end", {"seconds": 1.0})
    return tmp_path / "run"

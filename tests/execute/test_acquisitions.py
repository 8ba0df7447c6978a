"""Cells that buy modalities of subjects see only what is paid for, and may be killed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from two_tables import PRICES, TOLD, write_tables

from albench import session
from albench.cohort.absence import ABSENT
from albench.errors import QueryFault
from albench.execute.open_cell import open_cell
from albench.execute.preparation import prepare_all
from albench.execute.repetition import open_repetition
from albench.execute.task import task_for
from albench.records.tables import essence

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from albench.execute.repetition import Repetition
    from albench.execute.task import CellTask
    from albench.records.schema import Finished

    RunToy = Callable[..., dict[str, Finished]]


@pytest.fixture(autouse=True)
def _tables(tmp_path: Path) -> None:
    """Write two tables; a fifth of 160 subjects lacks the first, another fifth the second."""
    write_tables(tmp_path, lacking=True)


def spent(end: Finished) -> list[float]:
    """Return what each round has cost, by what it bought."""
    label = PRICES["label"]
    return [
        label * entry.n_labelled_subjects
        + sum(PRICES[name] * n for name, n in entry.measured.items())
        for entry in end.rounds
    ]


def test_both_contracts_keep_to_the_money_and_end_alike(run_toy: RunToy) -> None:
    ends = run_toy("margin", "cheapest-first", "expected-gain", **TOLD)
    assert {name: end.reason for name, end in ends.items() if end.reason} == {}
    for name in ("random", "margin", "cheapest-first", "expected-gain"):
        costs = spent(ends[name])
        assert all(0 <= t - c < 6 for t, c in zip((40, 50), costs, strict=True)), (name, costs)
    asked = {name: [code for e in ends[name].rounds[1:] for code in e.acquired] for name in ends}
    # What costs 2 is bought before any label of 4.
    assert ends["cheapest-first"].rounds[1].picked == []
    assert len(asked["cheapest-first"]) == 5
    # Who is labelled by a strategy that asks for candidates is measured whole.
    assert 0 < len(asked["margin"]) <= len(ends["margin"].rounds[1].picked)
    assert ends["all-labels"].rounds[0].acquired == []


def test_a_killed_cell_goes_on_to_the_same_bytes(run_toy: RunToy) -> None:
    longer = TOLD | {"initial": 20}
    killed = run_toy("dies", **longer)["dies"]
    assert (killed.status, len(killed.rounds)) == ("crashed", 2)
    resumed = run_toy("dies", **longer)["dies"]
    assert essence(resumed) == essence(run_toy("dies", output="elsewhere", **longer)["dies"])
    assert len({code for entry in resumed.rounds for code in entry.acquired}) > 0


def test_modalities_are_bought_where_nobody_lacks_any(run_toy: RunToy, tmp_path: Path) -> None:
    write_tables(tmp_path, lacking=False)
    ends = run_toy("expected-gain", **TOLD)
    assert {name: end.reason for name, end in ends.items() if end.reason} == {}
    first, second = (ends["expected-gain"].rounds[number] for number in (0, 1))
    # Whoever was labelled first has paid for b and a label: 6 of 40.
    assert (first.n_labelled, first.measured) == (6, {"a": 0, "b": 6})
    assert len(second.acquired) > 0


@pytest.fixture
def opened(write_spec: Callable[..., Path], tmp_path: Path) -> tuple[CellTask, Repetition]:
    """Return what a child would be told of a cell after round 0, and who holds the labels."""
    benchmark = session.open_spec(str(write_spec("expected-gain", **TOLD)))
    settings = session._settings(benchmark, tmp_path, 1, None, lockstep=False)
    cell = next(cell for cell in benchmark.plan.cells if cell.strategy_label == "expected-gain")
    prepared = prepare_all(benchmark.resolved, [cell], benchmark.cohorts, settings, lambda *_: None)
    (block,) = prepared.values()
    repetition = open_repetition(cell, block.cohort)
    return task_for(cell, block, repetition, repetition.first_labels()), repetition


def test_what_was_not_bought_is_shown_to_no_strategy_and_taught_to_no_network(
    opened: tuple[CellTask, Repetition],
) -> None:
    task, repetition = opened
    cell = open_cell(task)
    cell.measure(task.acquired)
    cell.teach(task.labelled, task.labels, 0)
    owners = task.data.candidate_subjects
    terms = repetition.acquisitions
    assert terms is not None
    pool, labelled = cell.pool(), task.labelled
    only_b = ~terms.has[owners[pool], 0]  # who lacks what is known comes with all there is
    assert np.array_equal(cell.known(pool)[:, 1] != ABSENT, only_b)
    assert np.array_equal(cell.known(pool)[:, 0] != ABSENT, ~only_b)
    assert np.array_equal(cell.learner.X_training, task.data.candidates[labelled])
    bought = terms.missing(owners[pool], terms.start)[:3]
    cell.measure(bought)
    seen = np.flatnonzero(cell.known(cell.pool())[:, 1] != ABSENT)
    assert set(bought // 2) < set(owners[pool[seen]].tolist())
    assert len(seen) == only_b.sum() + 3


def purchases(repetition: Repetition) -> dict[str, tuple[Any, Any]]:
    """Return what a child may try to buy in round 1, by what is wrong with it."""
    terms = repetition.acquisitions
    assert terms is not None
    owners = repetition.cohort.candidate_subjects
    first = repetition.first_labels()
    pool = np.setdiff1d(repetition.train, first)
    codes = terms.missing(owners[pool], terms.start)
    nobody = np.empty(0, dtype=np.intp)
    lacks = pool[~terms.has[owners[pool], 1]]
    return {
        "bought nothing": (nobody, nobody),
        "for more than": (nobody, codes[:9]),
        "that could be spent": (pool[:2], codes[-2:]),
        "a modality of a subject twice": (nobody, np.repeat(codes[:1], 2)),
        "measured what is known already": (nobody, 2 * owners[pool[:1]]),
        "does not exist": (nobody, 2 * owners[lacks[:1]] + 1),
        "is of a subject outside the pool": (nobody, 2 * owners[repetition.test[:1]] + 1),
        "a subject outside the pool": (nobody, 2 * owners[first[:1]] + 1),
        "measured an array of shape": (nobody, codes[:2] + 0.5),
        "outside the pool": (nobody, np.array([-1])),
    }


def test_the_supervisor_sells_only_what_is_there_and_paid_for(
    opened: tuple[CellTask, Repetition],
) -> None:
    task, repetition = opened
    for problem, (picks, acquired) in purchases(repetition).items():
        with pytest.raises(QueryFault, match=problem):
            repetition.require_purchase(picks, task.labelled, 1, acquired, task.acquired)
    terms = repetition.acquisitions
    assert terms is not None
    pool = np.setdiff1d(repetition.train, task.labelled)
    owners = repetition.cohort.candidate_subjects[pool]
    fine = terms.missing(owners, terms.start)[:3]
    repetition.require_purchase(pool[:1], task.labelled, 1, fine, task.acquired)


def test_modalities_are_sold_nowhere_else(opened: tuple[CellTask, Repetition]) -> None:
    task, repetition = opened
    plain = replace(repetition, acquisitions=None)
    with pytest.raises(QueryFault, match="where none are for sale"):
        plain.require_purchase(plain.train[:0], task.labelled, 1, np.array([1]))


def test_it_is_skipped_where_nothing_is_said_to_be_known(
    write_spec: Callable[..., Path],
) -> None:
    plain = session.open_spec(str(write_spec("expected-gain", **TOLD | {"of": "cost"}))).plan
    (skipped,) = plain.skipped
    assert skipped.what.endswith("expected-gain")
    assert 'budgets.b.known = ["a"]' in skipped.reason
    known = session.open_spec(str(write_spec("margin", "first", **TOLD))).plan
    assert [skip.what.rpartition(" ")[2] for skip in known.skipped] == ["first"]
    assert "set no budgets.b.known" in known.skipped[0].reason

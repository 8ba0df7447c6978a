"""What labelled sets have cost, from counts and prices."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from albench.records import tables
from albench.records.spending import spent

if TYPE_CHECKING:
    from collections.abc import Callable

    from albench.records.run_record import PlannedRun
    from albench.records.schema import Finished
    from albench.records.tables import Records

COST = {"a": 1.0, "b": 0.2, "label": 5.0}
CELL = {"cell": "c1", "cohort": "x", "modalities": "a+b", "model": "m", "budget": "b"} | {
    "strategy": "random",
    "strategy_plugin": "core/random",
    "repetition": 0,
    "identity": {},
}


@pytest.fixture
def records(
    planned_run: Callable[..., PlannedRun], finished: Callable[..., Finished]
) -> Callable[..., Records]:
    """Make records of one cell, with measured counts in each round, and facts of its cohort."""

    def make(*measured: dict[str, int], **facts: Any) -> Records:
        run = planned_run([CELL])
        cohort = run.cohorts["x"].model_copy(update=facts)
        end = finished()
        if measured:
            rounds = [replace(e, measured=m) for e, m in zip(end.rounds, measured, strict=True)]
            end = replace(end, rounds=rounds)
        run = run.model_copy(update={"cohorts": {"x": cohort}})
        return tables.Records(run, {"c1": end}, {"c1": 1}, ())

    return make


def test_where_nobody_lacks_anything_all_labelled_subjects_pay_the_same(
    records: Callable[..., Records],
) -> None:
    table = tables.rounds_table(records(cost=COST))
    assert table["cost"].tolist() == pytest.approx([6.2, 12.4])  # one subject, then two


def test_who_lacks_a_modality_does_not_pay_for_it(records: Callable[..., Records]) -> None:
    counts = {"a": 1, "b": 0}, {"a": 1, "b": 1}
    table = tables.rounds_table(records(*counts, cost=COST, incomplete=("a+b",)))
    assert table["cost"].tolist() == pytest.approx([6.0, 11.2])
    assert table["n_measured b"].tolist() == [0, 1]


def test_what_was_not_counted_is_not_known(records: Callable[..., Records]) -> None:
    made = records(cost=COST, incomplete=("a+b",))
    assert spent(made.finished["c1"].rounds[0], made.run.cohorts["x"], "a+b") is None
    assert "cost" not in tables.rounds_table(made)


def test_without_prices_the_table_is_as_before(records: Callable[..., Records]) -> None:
    assert not {"cost", "n_measured a"} & set(tables.rounds_table(records()).columns)

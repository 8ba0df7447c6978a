"""The journal's events become one verdict a cell, and sorted tables."""

from __future__ import annotations

import base64
import random
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from albench.errors import RecordsError
from albench.records.journal import JournalReading
from albench.records.run_record import PlannedRun
from albench.records.schema import CellStatus, Finished, Round, unpack
from albench.records.sequential import Sequential
from albench.records.tables import (
    Records,
    cells_table,
    essence,
    marks_table,
    predictions,
    predictions_table,
    rounds_table,
    selections_table,
)
from albench.records.tables import (
    gather as gather_reading,
)
from albench.spec.judging import Judging

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from albench.records.journal import Event

    End = Callable[..., Finished]
    Told = Callable[..., Event]


def gather(events: Sequence[Event]) -> Records:
    """Return what a journal with these events says."""
    return gather_reading(JournalReading(tuple(events), ()))


FAILURES = [
    CellStatus.ERROR,
    CellStatus.TIMEOUT,
    CellStatus.OOM,
    CellStatus.CRASHED,
    CellStatus.INVALID_QUERY,
]


@pytest.fixture
def records(finished: End, event: Told, run_event: Told) -> Records:
    """Three planned cells: one succeeded, one failed in its first round, one is missing."""
    failed = finished("c2", CellStatus.TIMEOUT, rounds=finished().rounds[:1], part=finished().part)
    return gather(
        [
            run_event(("c2", "esd"), ("c3", "random"), ("c1", "bald")),
            event(failed),
            event(finished("c1")),
        ]
    )


def test_a_journal_without_a_run_is_refused(finished: End, event: Told) -> None:
    with pytest.raises(RecordsError, match="no run in it: run the benchmark first"):
        gather([event(finished())])


def test_the_latest_run_counts(run_event: Told) -> None:
    records = gather([run_event(("c1", "esd")), run_event(("c2", "bald"))])
    assert [cell.cell for cell in records.run.cells] == ["c2"]


def test_how_an_earlier_run_was_to_be_judged_is_kept_if_it_differs(run_event: Told) -> None:
    latest = run_event(("c1", "esd"))
    assert isinstance(latest.content, PlannedRun)
    by_auc = Judging(primary_metric="auc")
    first = replace(latest, content=latest.content.model_copy(update={"judging": by_auc}))
    assert gather([first, first, latest]).judged_before == (by_auc,)
    assert gather([run_event(("c1", "esd"))] * 2).judged_before == ()


def test_what_an_earlier_run_was_to_decide_is_kept_if_it_differs(run_event: Told) -> None:
    latest = run_event(("c1", "esd"))
    assert isinstance(latest.content, PlannedRun)
    rule = Sequential(pairs=(("esd", "random"),), planned=6, most=20, n_comparisons=1)
    asked = [
        replace(latest, content=latest.content.model_copy(update={"sequential": one}))
        for one in (rule, rule.model_copy(update={"most": 30}))
    ]
    assert gather([*asked, latest, asked[1]]).asked_before == (rule,)
    assert gather([asked[0]] * 2).asked_before == ()


@pytest.mark.parametrize("failure", FAILURES)
def test_a_success_counts_whatever_came_before_and_after_it(
    failure: CellStatus, finished: End, event: Told, run_event: Told
) -> None:
    bad = event(finished(status=failure))
    records = gather([run_event(), bad, event(finished()), bad])
    assert records.finished["c1"].status is CellStatus.OK
    assert (records.attempts["c1"], records.conflicts) == (3, ())


def test_of_failures_the_last_counts(finished: End, event: Told, run_event: Told) -> None:
    ends = [finished(status=CellStatus.OOM), finished(status=CellStatus.TIMEOUT)]
    records = gather([run_event(), *map(event, ends)])
    assert records.finished["c1"].status is CellStatus.TIMEOUT


def test_a_success_that_came_again_is_no_conflict(
    finished: End, event: Told, run_event: Told
) -> None:
    again = replace(finished(), seconds=99.0, peak_mb=1.0)
    records = gather([run_event(), event(finished()), event(again)])
    assert (records.conflicts, records.attempts["c1"]) == ((), 2)
    assert records.finished["c1"].seconds == 1.5


@pytest.mark.parametrize("what", ["picks", "order of picks", "probabilities", "part", "rounds"])
def test_two_successes_that_differ_are_a_conflict_and_the_first_counts(
    what: str, finished: End, make_round: Callable[..., Round], event: Told, run_event: Told
) -> None:
    first = finished()
    part = first.part
    assert part is not None
    other = {
        "picks": replace(first, rounds=[make_round(0), make_round(1, [4, 3], 0.75)]),
        "order of picks": replace(first, rounds=[make_round(0), make_round(1, [2, 4], 0.75)]),
        "probabilities": replace(first, rounds=[make_round(0), make_round(1, [4, 2], 0.76)]),
        "part": replace(first, part=replace(part, weights_hash="other")),
        "rounds": replace(first, rounds=[make_round(0)]),
    }[what]
    records = gather([run_event(), event(first), event(other), event(other)])
    assert records.conflicts == ("c1",)
    assert essence(records.finished["c1"]) == essence(first)


def test_equal_numbers_that_were_compressed_otherwise_are_no_conflict(
    finished: End, event: Told, run_event: Told
) -> None:
    # Builds of zlib differ in the bytes they choose: zlib-ng's are not those of the first zlib.
    def repacked(entry: Round) -> Round:
        columns, _, _ = entry.proba.partition(":")
        content = zlib.compress(unpack(entry.proba).tobytes(), 0)
        return replace(entry, proba=f"{columns}:{base64.b64encode(content).decode()}")

    other = replace(finished(), rounds=[repacked(entry) for entry in finished().rounds])
    assert other != finished()
    assert gather([run_event(), event(finished()), event(other)]).conflicts == ()


def test_the_order_of_different_cells_events_does_not_matter(
    records: Records, finished: End, event: Told, run_event: Told
) -> None:
    ends = [event(finished(f"c{i}")) for i in range(8)]
    plan = run_event(*((f"c{i}", f"s{i % 3}") for i in range(8)))
    tables = []
    for seed in range(3):
        events = [plan, *random.Random(seed).sample(ends, len(ends))]  # noqa: S311  # a shuffle
        tables.append([table(gather(events)) for table in TABLES])
    for others in tables[1:]:
        for one, other in zip(tables[0], others, strict=True):
            pd.testing.assert_frame_equal(one, other)


def all_predictions(records: Records) -> pd.DataFrame:
    """Return the table of predictions."""
    return predictions_table(predictions(records))


TABLES = [cells_table, rounds_table, selections_table, marks_table, all_predictions]


def test_every_planned_cell_is_a_row_and_failures_are_rows(records: Records) -> None:
    table = cells_table(records)
    assert table["strategy"].tolist() == ["bald", "esd", "random"]
    assert table["status"].tolist() == ["ok", "timeout", "missing"]
    assert table["reason"].tolist() == ["", "it failed", ""]
    assert table["attempts"].tolist() == [1, 1, 0]
    assert table["split_hash"].tolist() == ["s", "s", ""]


def test_rounds_before_a_failure_are_rows(records: Records) -> None:
    table = rounds_table(records)
    assert list(zip(table["cell"], table["round"], strict=True)) == [
        ("c1", 0),
        ("c1", 1),
        ("c2", 0),
    ]


def test_selections_are_told_in_the_order_of_purchase(records: Records) -> None:
    table = selections_table(records)
    assert table.to_numpy().tolist() == [["c1", 1, 4], ["c1", 1, 2]]


def test_marks_are_told_of_each_round_beside_their_number_in_the_training_part(
    marked: Finished, event: Told, run_event: Told
) -> None:
    table = marks_table(gather([run_event(), event(marked)]))
    assert list(table.columns) == ["cell", "round", "mark", "n_picked", "n_train"]
    assert table.to_numpy().tolist() == [
        ["c1", 0, "failed", 0, 3],
        ["c1", 0, "wrong label", 0, 5],
        ["c1", 1, "failed", 2, 3],
        ["c1", 1, "wrong label", 1, 5],
    ]


def test_numbers_of_marks_are_whole_even_where_there_are_none(run_event: Told) -> None:
    table = marks_table(gather([run_event()]))
    assert {str(table[key].dtype) for key in ("round", "n_picked", "n_train")} == {"int64"}


def test_a_cell_without_marks_has_none_in_the_table(records: Records) -> None:
    assert marks_table(records).empty


def test_marks_alone_make_no_conflict(
    marked: Finished, finished: End, event: Told, run_event: Told
) -> None:
    assert gather([run_event(), event(finished()), event(marked)]).conflicts == ()


def test_predictions_are_those_that_were_packed(records: Records) -> None:
    last = [entry for entry in predictions(records) if entry.cell == "c1"][-1]
    assert (last.round, last.labels.tolist()) == (1, [0, 1])
    np.testing.assert_array_equal(last.proba, np.array([[0.75, 0.25], [0.25, 0.75]], np.float32))


def test_a_cell_that_failed_before_it_had_a_test_part_has_no_predictions(
    finished: End, event: Told, run_event: Told
) -> None:
    failed = gather([run_event(), event(finished(status=CellStatus.CRASHED))])
    assert predictions(failed) == ()


def test_cells_that_bought_the_same_have_the_same_hash_of_picks(
    finished: End, make_round: Callable[..., Round], event: Told, run_event: Told
) -> None:
    planned = ("c1", "esd"), ("c2", "bald"), ("c3", "qbc"), ("c4", "cal"), ("c5", "all-labels")
    ends = [
        finished("c1"),
        finished("c2", rounds=[make_round(0), make_round(1, [4, 2], 0.9)]),
        finished("c3", rounds=[make_round(0), make_round(1, [2, 5], 0.75)]),
        finished("c4", status=CellStatus.OOM),
        finished("c5", rounds=[make_round(0)]),
    ]
    table = cells_table(gather([run_event(*planned), *map(event, ends)]))
    hashes = table.set_index("cell")["picks_hash"]
    assert hashes["c1"] == hashes["c2"] != hashes["c3"]
    assert hashes["c4"] == hashes["c5"] == ""


def test_the_order_of_picks_within_a_round_does_not_tell_strategies_apart(
    finished: End, make_round: Callable[..., Round], event: Told, run_event: Told
) -> None:
    ends = [
        finished(
            cell, rounds=[make_round(0), *(make_round(i + 1, p, 0.5) for i, p in enumerate(picks))]
        )
        for cell, picks in (("c1", ([4, 2], [7])), ("c2", ([2, 4], [7])), ("c3", ([4, 7], [2])))
    ]
    planned = ("c1", "entropy"), ("c2", "capped"), ("c3", "margin")
    table = cells_table(gather([run_event(*planned), *map(event, ends)]))
    hashes = table.set_index("cell")["picks_hash"]
    assert hashes["c1"] == hashes["c2"] != hashes["c3"]


def test_predictions_of_each_unit_are_a_row(records: Records) -> None:
    table = predictions_table(predictions(records))
    assert table["unit"].tolist() == ["P1", "P2"] * 3
    assert table["label"].tolist() == [0, 1] * 3
    assert table["proba"].iloc[3].tolist() == [0.25, 0.75]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_a_plan_without_cells_gives_empty_tables_with_their_columns(
    table: Callable[[Records], pd.DataFrame], run_event: Told, records: Records
) -> None:
    empty = table(gather([run_event()]))
    assert empty.empty
    assert list(empty.columns) == list(table(records).columns)

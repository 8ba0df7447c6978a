"""Which results exist, and whether strategies started from the same point."""

from __future__ import annotations

import pandas as pd
import pytest

from albench.analysis.coverage_and_fairness import HASHES, coverage, fairness
from albench.analysis.curves import BLOCK


def cells_of(*rows: tuple[str, int, str]) -> pd.DataFrame:
    """Return planned cells of one block by strategy, repetition and status, all started alike."""
    frame = pd.DataFrame(rows, columns=["strategy", "repetition", "status"])
    frame[BLOCK] = "x"
    for key in HASHES:
        frame[key] = [f"{key[0]}{repetition}" for _, repetition, _ in rows]
    return frame


def test_failures_are_counted_by_cause() -> None:
    counts_of = coverage(
        cells_of(("esd", 0, "ok"), ("esd", 1, "timeout"), ("esd", 2, "oom"), ("random", 0, "ok"))
    )
    counts = counts_of[["strategy", "planned", "ok", "timeout", "oom"]].to_numpy().tolist()
    assert counts == [["esd", 3, 1, 1, 1], ["random", 1, 1, 0, 0]]


def test_where_nothing_succeeded_that_is_said() -> None:
    counts_of = coverage(cells_of(("esd", 0, "error")))
    assert counts_of[["planned", "ok", "error"]].to_numpy().tolist() == [[1, 0, 1]]


def test_equal_starts_are_found_equal() -> None:
    table = fairness(cells_of(("esd", 0, "ok"), ("random", 0, "ok"), ("random", 1, "ok")))
    assert table["equal"].tolist() == [True, True]
    assert table["strategies"].tolist() == [2, 1]


@pytest.mark.parametrize("key", HASHES)
def test_an_unequal_start_is_found(key: str) -> None:
    cells = cells_of(("esd", 0, "ok"), ("bald", 0, "ok"), ("random", 0, "ok"))
    cells.loc[1, key] = "other"
    row = fairness(cells).iloc[0]
    assert not row["equal"]
    assert row[key] == "2 different"
    assert [name for name in HASHES if "different" in row[name]] == [key]


def test_repetitions_may_differ() -> None:
    table = fairness(cells_of(("esd", 0, "ok"), ("esd", 1, "ok")))
    assert table["split_hash"].nunique() == 2
    assert table["equal"].all()


def test_a_failure_before_the_start_is_not_counted() -> None:
    cells = cells_of(("esd", 0, "crashed"), ("random", 0, "ok"))
    cells.loc[0, HASHES] = ""
    assert fairness(cells)["strategies"].tolist() == [1]


def test_the_reference_has_its_own_start() -> None:
    cells = cells_of(("all-labels", 0, "ok"), ("random", 0, "ok"))
    cells.loc[0, "first_labels_hash"] = "everything"
    assert fairness(cells)["equal"].tolist() == [True]

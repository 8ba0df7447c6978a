"""Data files hold one value a field, whatever a table shows in a cell."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from albench.reporting.content import Table
from albench.reporting.data_files import as_csv, as_parquet
from albench.reporting.formats import (
    UNKNOWN,
    estimate,
    mean_deviation,
    mean_half_width,
    p_value,
    repetitions,
    signed,
    span,
)
from albench.reporting.table_cells import TableCell, number, whole

ROOT = Path(__file__).parents[2]
LARGE = {"mmfn-al", "strategies", "traps"}
COMMITTED = [
    pytest.param(path.parent, marks=[pytest.mark.sweep] * (path.parent.name in LARGE))
    for path in sorted(ROOT.glob("results/*/cells.csv"))
]
GLUED = re.compile(
    r"[±▲▼]|\*\*|\d \(|\d\)|\d to [−+\d]|\d / |^[<>] ?\d|^[-−+\d.]+[-/][\d]+|^\d.* \["
)
WORDS = {"plugins", "settings", "skipped", "failures", "modalities", "fairness"}
"""Tables of words: versions, shapes and hashes are no numbers."""


def rows_of(table: Table) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(as_csv(table))))


def table_of(*cells: str) -> Table:
    return Table("t", "T", "", ("a",), tuple((cell,) for cell in cells))


@pytest.mark.skipif(not COMMITTED, reason="no results are committed")
@pytest.mark.parametrize("results", COMMITTED, ids=lambda path: path.name)
def test_no_field_of_a_published_table_glues_numbers_to_something(results: Path) -> None:
    # Another test says that these are the tables that the results give.
    written = sorted((results / "report" / "tables").glob("*.csv"))
    tables = {path.stem: path.read_text(encoding="utf-8") for path in written}
    glued = [
        (table, name, value)
        for table, text in tables.items()
        if table not in WORDS
        for row in csv.DictReader(io.StringIO(text))
        for name, value in row.items()
        if name not in {"block", "claim", "better; than", "system"} and GLUED.search(value)
    ]
    assert glued == []
    assert len(tables.keys() - WORDS) > 10


@pytest.mark.parametrize("text", ["0.794 ± 0.042 ▲", "+0.1 to +0.2", "< 0.001", "3/6", "4-0-2"])
def test_glue_would_be_noticed(text: str) -> None:
    assert GLUED.search(text)


def test_a_mean_is_a_column_beside_its_interval_and_their_number() -> None:
    (row,) = rows_of(table_of(mean_half_width(pd.Series([0.7, 0.8, 0.9]))))
    assert list(row) == ["a mean", "a low", "a high", "a n"]
    assert [float(value) for value in row.values()] == pytest.approx(
        [0.8, 0.551586, 1.04841, 3], abs=1e-5
    )
    (row,) = rows_of(table_of(mean_deviation(pd.Series([0.7, 0.9]))))
    assert row == {"a mean": "0.8", "a sd": "0.141421", "a n": "2"}


def test_what_is_unknown_is_empty_and_what_is_beyond_all_that_was_tried_is_infinite() -> None:
    cells = [p_value(np.nan), signed(np.nan), repetitions(np.inf), p_value(1e-5), UNKNOWN]
    assert [row["a"] for row in rows_of(table_of(*cells))] == ["", "", "inf", "1e-05", ""]
    assert {row["low"] for row in rows_of(table_of(span(np.nan, np.nan)))} == {""}


def test_a_column_has_every_value_of_its_cells_also_where_the_first_is_unknown() -> None:
    rows = rows_of(table_of(UNKNOWN, estimate(0.1, 0.05, 0.15).shown_as("x ▲", verdict="better")))
    assert rows[0] == {"a": "", "a low": "", "a high": "", "a verdict": ""}
    assert rows[1] == {"a": "0.1", "a low": "0.05", "a high": "0.15", "a verdict": "better"}


def test_a_grid_has_a_row_for_each_of_its_cells() -> None:
    half_width = mean_half_width(pd.Series([0.5]))
    table = Table(
        "t", "T", "", ("block", "x", "y"), (("b", half_width, UNKNOWN),), across="strategy"
    )
    assert as_csv(table) == "block,strategy,mean,low,high,n\nb,x,0.5,,,1\n"


def test_parquet_has_the_columns_of_the_csv_with_their_types() -> None:
    table = Table(
        *("t", "T", "", ("name", "n", "p")),
        (("=cmd", whole(3), number(0.25, "0.250")), ("b", UNKNOWN, number(np.nan, UNKNOWN))),
    )
    frame = pd.read_parquet(io.BytesIO(as_parquet(table)))
    assert frame["name"].tolist() == ["=cmd", "b"]  # no spreadsheet reads it
    assert frame["n"].dtype == "Int64" or frame["n"].dropna().tolist() == [3]
    assert frame["p"].iloc[0] == 0.25
    assert list(frame) == as_csv(table).splitlines()[0].split(",")
    assert as_parquet(table) == as_parquet(table)


def test_a_text_that_shows_a_cell_keeps_its_values_and_takes_more() -> None:
    cell = TableCell("0.5", {" mean": 0.5}).shown_as("**0.5** ▲", verdict="better")
    assert cell == "**0.5** ▲"
    assert cell.holds == {" mean": 0.5, " verdict": "better"}

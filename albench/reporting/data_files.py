"""Tables as data: one value a field, for programs and spreadsheets."""

from __future__ import annotations

import csv
import io
import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from albench.reporting.formats import UNKNOWN
from albench.reporting.table_cells import TableCell, values_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from albench.reporting.content import Table
    from albench.reporting.table_cells import Value

    Row = Mapping[str, Value]

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a text begins that a spreadsheet runs."""


def as_csv(table: Table) -> str:
    """Return a table as CSV, a value a field.

    Numbers have six digits. There is nothing where one is unknown, and ``inf`` where it is known to
    be beyond all that was tried. A text that a spreadsheet would run as a formula gets an
    apostrophe in front.
    """
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerows(csv_fields(table))
    return target.getvalue()


def csv_fields(table: Table) -> list[list[str]]:
    """Return the fields of a table's CSV: the headings, then each row."""
    rows = _rows(table)
    columns = _columns(table, rows)
    fields = [[csv_field(row.get(name, "")) for name in columns] for row in rows]
    return [[*map(csv_field, columns)], *fields]


def as_parquet(table: Table) -> bytes:
    """Return a table as Parquet, with the columns of the CSV.

    One that holds numbers alone is of that type, another is text.
    """
    rows = _rows(table)
    frame = {name: _typed([row.get(name) for row in rows]) for name in _columns(table, rows)}
    target = io.BytesIO()
    pd.DataFrame(frame).to_parquet(target, index=False)
    return target.getvalue()


def _rows(table: Table) -> list[Row]:
    """Return the values of each row by column; of a grid, of each of its cells."""
    if table.across:
        return list(_of_grid(table))
    return [
        {
            _name(heading, key): value
            for heading, cell in zip(table.columns, row, strict=True)
            for key, value in values_of(cell).items()
        }
        for row in table.rows
    ]


def _of_grid(table: Table) -> Iterator[Row]:
    down, *across = table.columns
    for name, *cells in table.rows:
        for heading, cell in zip(across, cells, strict=True):
            if cell not in {"", UNKNOWN}:
                keys = {down: str(name), table.across: heading}
                yield keys | {key.strip(): value for key, value in values_of(cell).items()}


def _name(heading: str, key: str) -> str:
    return key if key and not key.startswith(" ") else heading + key


def _columns(table: Table, rows: Sequence[Row]) -> list[str]:
    """Return the columns in the order of the headings."""
    if table.across:
        own = [table.columns[0], table.across]
        return list(dict.fromkeys([*own, *(key for row in rows for key in row)]))
    names: dict[str, None] = {}
    for i, heading in enumerate(table.columns):
        # A cell that is plainly unknown has no column of its own beside those of the others.
        every = [row[i] for row in table.rows]
        cells = [c for c in every if isinstance(c, TableCell) or c not in {"", UNKNOWN}] or [""]
        names |= {_name(heading, key): None for cell in cells for key in values_of(cell)}
    return list(names)


def csv_field(value: Value) -> str:
    """Return a value as a field of a CSV.

    Parameters
    ----------
    value : str, int or float
        A text may be anybody's.

    Returns
    -------
    str
        As `as_csv` writes it.
    """
    if isinstance(value, str):
        text = "" if value == UNKNOWN else value
        return f"'{text}" if text.startswith(FORMULA) else text
    if isinstance(value, int):
        return str(value)
    return "" if math.isnan(value) else f"{value:.6g}"


def _typed(values: Sequence[Value | None]) -> pd.Series[Any]:  # of the type that they have
    entries = [None if value == UNKNOWN else value for value in values]
    types = {type(value) for value in entries if value is not None}
    if types == {int}:
        return pd.Series(entries, dtype="Int64")
    if types and types <= {int, float}:
        return pd.Series(entries, dtype="float64")
    return pd.Series([None if value is None else str(value) for value in entries], dtype="str")

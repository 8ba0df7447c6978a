"""Columns of a CSV or Parquet file, with the place of every row for complaints."""

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import numpy as np
from numpy.typing import NDArray

from albench.api import Complaint, DataError

Column = NDArray[Any]  # numbers, or Python objects where a file's column is text

PARQUET_SUFFIXES = (".parquet", ".pq")


@dataclass(frozen=True, eq=False)
class Grid:
    """The columns of one file.

    Parameters
    ----------
    file : Path
        Where they come from.
    columns : mapping of str to ndarray, shape (n_rows,)
        Numbers, or Python objects where the column is text; text is stripped of outer blanks.
    lines : tuple of int
        The line of each row in a CSV file, the row number from 1 in a Parquet file.
    unit : str
        What `lines` counts: ``"line"`` or ``"row"``.
    """

    file: Path
    columns: Mapping[str, Column]
    lines: tuple[int, ...]
    unit: str = "line"

    def __len__(self) -> int:
        return len(self.lines)

    def where(self, row: int) -> str:
        """Return the place of a row, as a complaint names it.

        Parameters
        ----------
        row : int
            Its position, from 0.

        Returns
        -------
        str
            File and line.
        """
        return f"{self.file}, {self.unit} {self.lines[row]}"

    def text(self, name: str) -> list[str]:
        """Return a column as text, empty where there is no value.

        Parameters
        ----------
        name : str
            The column.

        Returns
        -------
        list of str
            One a row.
        """
        return ["" if value is None else str(value) for value in self.columns[name].tolist()]

    def missing(self, names: Sequence[str], remedy: str = "") -> list[Complaint]:
        """Return a complaint about each column that is not there.

        Parameters
        ----------
        names : sequence of str
            The columns that are needed.
        remedy : str
            What to do about it.

        Returns
        -------
        list of Complaint
            Each tells what columns there are.
        """
        found = ", ".join(map(repr, self.columns))
        problem = "has no column {!r}; found are {}{}"
        return [
            Complaint(str(self.file), problem.format(name, found, remedy))
            for name in names
            if name not in self.columns
        ]


def read_grid(file: Path) -> Grid:
    """Return the columns of a file: Parquet if its name ends in .parquet or .pq, else CSV.

    Parameters
    ----------
    file : Path
        CSV is UTF-8 with commas and one line of column names.

    Returns
    -------
    Grid
        With at least one row.

    Raises
    ------
    DataError
        If the file is missing, unreadable, empty or malformed; names every bad line.
    """
    is_parquet = file.suffix.lower() in PARQUET_SUFFIXES
    try:
        grid = _from_parquet(file) if is_parquet else _from_csv(file)
    except OSError as error:
        raise DataError(
            [Complaint(str(file), f"cannot be read: {error.strerror or error}")]
        ) from error
    if not len(grid):
        raise DataError([Complaint(str(file), "is empty: it has no row below its column names")])
    return grid


def _from_csv(file: Path) -> Grid:
    try:
        with file.open(newline="", encoding="utf-8-sig") as stream:
            numbered = list(_numbered_rows(stream))
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError([Complaint(str(file), f"is not CSV in UTF-8: {error}")]) from error
    if not numbered:
        raise DataError([Complaint(str(file), "is empty: it has not even column names")])
    (first_line, header), *rows = numbered
    complaints = _about_names(f"{file}, line {first_line}", header)
    complaints += [
        Complaint(f"{file}, line {line}", f"found {len(row)} fields, needed are {len(header)}")
        for line, row in rows
        if len(row) != len(header)
    ]
    if complaints:
        raise DataError(complaints)
    columns = zip(*(row for _, row in rows), strict=True) if rows else ([] for _ in header)
    arrays = (np.array(column, dtype=object) for column in columns)
    return Grid(file, dict(zip(header, arrays, strict=True)), tuple(line for line, _ in rows))


def _numbered_rows(stream: TextIO) -> Iterator[tuple[int, list[str]]]:
    """Yield the first line of each row that is not blank, and its fields."""
    rows, line = csv.reader(stream, strict=True), 1
    for row in rows:
        if row:
            yield line, [field.strip() for field in row]
        line = rows.line_num + 1


def _about_names(where: str, names: Sequence[str]) -> list[Complaint]:
    complaints = [
        Complaint(where, f"column {number} has no name: name it or remove it")
        for number, name in enumerate(names, start=1)
        if not name
    ]
    twice = [name for name, count in Counter(names).items() if name and count > 1]
    return complaints + [Complaint(where, f"column {name!r} is there twice") for name in twice]


def _from_parquet(file: Path) -> Grid:
    import pyarrow as pa  # here, since most cohorts hold no Parquet file and the import is slow
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(file)
    except pa.ArrowInvalid as error:
        raise DataError([Complaint(str(file), f"is not a Parquet file: {error}")]) from error
    names = [name for name in table.column_names if not name.startswith("__index_level_")]
    columns = {name: _parquet_column(table.column(name)) for name in names}
    return Grid(file, columns, tuple(range(1, table.num_rows + 1)), unit="row")


def _parquet_column(column: Any) -> Column:  # a pyarrow.ChunkedArray; pyarrow ships no types
    values: Column = column.to_numpy()
    if values.dtype.kind in "iufb" and not column.null_count:
        return values
    cells = np.empty(len(column), dtype=object)
    cells[:] = [cell.strip() if isinstance(cell, str) else cell for cell in column.to_pylist()]
    return cells

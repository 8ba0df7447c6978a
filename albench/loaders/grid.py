"""Columns of a CSV or Parquet file, with the place of every row for complaints."""

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import numpy as np
from numpy.typing import NDArray

from albench.api import Complaint, DataError, as_keys, is_missing
from albench.loaders.magic import kind_of_file

Column = NDArray[Any]  # numbers, or Python objects where a file's column is text

PARQUET_SUFFIXES = (".parquet", ".pq")

SEPARATORS = (",", ";", "\t", "|")
"""What a line of column names is searched for if it does not come apart."""


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
        cells = self.columns[name].tolist()
        return ["" if is_missing(cell) else str(cell) for cell in cells]

    def keys(self, name: str) -> list[str]:
        """Return a column of subjects or labels as text that is equal where the values are.

        Parameters
        ----------
        name : str
            The column.

        Returns
        -------
        list of str
            One a row, as `as_keys` gives them; empty where there is no value.
        """
        return as_keys(self.columns[name].tolist())

    def of_rows(self, rows: Sequence[int]) -> "Grid":
        """Return some of the rows.

        Parameters
        ----------
        rows : sequence of int
            Their positions, in the order that is wanted.

        Returns
        -------
        Grid
            In which each row keeps its place in the file.
        """
        chosen = np.array(rows, dtype=np.intp)
        columns = {name: column[chosen] for name, column in self.columns.items()}
        return Grid(self.file, columns, tuple(self.lines[row] for row in rows), self.unit)

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
            Each lists the columns there are.
        """
        listed = ", ".join(map(repr, self.columns))
        inside = [mark for mark in SEPARATORS[1:] if any(mark in name for name in self.columns)]
        if inside:
            remedy = f"; are fields separated by {inside[0]!r}, as a name suggests?{remedy}"
        problem = "has no column {!r}; found are {}{}"
        return [
            Complaint(str(self.file), problem.format(name, listed, remedy))
            for name in names
            if name not in self.columns
        ]


def read_grid(file: Path, separator: str = ",", columns: Sequence[str] | None = None) -> Grid:
    """Return the columns of a file: Parquet if its name ends in .parquet or .pq, else CSV.

    Parameters
    ----------
    file : Path
        CSV is UTF-8 with one line of column names. Of a Parquet file that pandas has written, an
        index that has a name is a column, as it is in CSV.
    separator : str
        What stands between the fields of a CSV file.
    columns : sequence of str or None
        Of a Parquet file, the columns to read; None is all.

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
    _require_one_character(separator)
    try:
        grid = _from_parquet(file, columns) if is_parquet else _from_csv(file, separator)
    except OSError as error:
        raise DataError(
            [Complaint(str(file), f"cannot be read: {error.strerror or error}")]
        ) from error
    if not len(grid):
        raise DataError([Complaint(str(file), "is empty: it has no row below its column names")])
    return grid


def _require_one_character(separator: str) -> None:
    if len(separator) != 1 or separator in '"\r\n' or separator.isalnum():
        problem = f'found {separator!r}, expected one character such as "," or ";" or "\\t"'
        raise DataError([Complaint("option 'separator'", problem)])


def _from_csv(file: Path, separator: str) -> Grid:
    numbered = _read_csv(file, separator)
    if not numbered:
        raise DataError([Complaint(str(file), "is empty: it has not even column names")])
    (first_line, header), *rows = numbered
    where = f"{file}, line {first_line}"
    complaints = _about_separator(where, header, separator) or [
        *_about_names(where, header),
        *(
            Complaint(f"{file}, line {line}", _misfit(len(row), len(header), separator))
            for line, row in rows
            if len(row) != len(header)
        ),
    ]
    if complaints:
        raise DataError(complaints)
    columns = zip(*(row for _, row in rows), strict=True) if rows else ([] for _ in header)
    arrays = (np.array(column, dtype=object) for column in columns)
    return Grid(file, dict(zip(header, arrays, strict=True)), tuple(line for line, _ in rows))


def _read_csv(file: Path, separator: str) -> list[tuple[int, list[str]]]:
    if kind := kind_of_file(file):
        raise DataError([Complaint(str(file), f"is not CSV in UTF-8: it is {kind}")])
    try:
        with file.open(newline="", encoding="utf-8-sig") as stream:
            numbered = list(_numbered_rows(stream, separator))
    except UnicodeDecodeError as error:
        problem = f"is not CSV in UTF-8: {error}; save it in UTF-8"
        raise DataError([Complaint(str(file), problem)]) from error
    except csv.Error as error:
        raise DataError([Complaint(str(file), f"is not CSV in UTF-8: {error}")]) from error
    announces = numbered and separator.join(numbered[0][1]).lower() == f"sep={separator}"
    return numbered[1:] if announces else numbered  # Excel's own line above the column names


def _about_separator(where: str, header: Sequence[str], separator: str) -> list[Complaint]:
    """Return the complaint about a header that only another separator takes apart."""
    others = [other for other in SEPARATORS if other != separator and other in header[0]]
    if len(header) > 1 or not others:
        return []
    problem = (
        f"its fields seem to be separated by {others[0]!r}, not by {separator!r}: set the option "
        f"separator = {_toml(others[0])}, or, where a loader has no such option, save the file "
        "with commas"
    )
    return [Complaint(where, problem)]


def _misfit(n_fields: int, needed: int, separator: str) -> str:
    quotes = f" (a field with {separator!r} in it, such as a decimal comma, needs quotes round it)"
    return f"found {n_fields} fields, needed are {needed}{quotes if n_fields > needed else ''}"


def _toml(separator: str) -> str:
    return '"\\t"' if separator == "\t" else f'"{separator}"'


def _numbered_rows(stream: TextIO, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the first line of each row that is not blank, and its fields."""
    rows, line = csv.reader(stream, delimiter=separator, strict=True), 1
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


def _from_parquet(file: Path, wanted: Sequence[str] | None = None) -> Grid:
    import pyarrow as pa  # here, since most cohorts hold no Parquet file and the import is slow
    import pyarrow.parquet as pq

    try:
        there = [name for name in pq.read_schema(file).names if wanted is None or name in wanted]
        names = [name.strip() for name in there]
        if complaints := _about_names(str(file), names):
            raise DataError(complaints)
        table = pq.read_table(file, columns=None if wanted is None else there, partitioning=None)
    except pa.ArrowInvalid as error:
        raise DataError([Complaint(str(file), f"is not a Parquet file: {error}")]) from error
    columns = {
        name: _parquet_column(column)
        for name, column in zip(names, table.columns, strict=True)
        if not name.startswith("__index_level_")  # how pandas stores an index without a name
    }
    for name, values in _range_indices(table):
        columns.setdefault(name, values)
    return Grid(file, columns, tuple(range(1, table.num_rows + 1)), unit="row")


def _range_indices(table: Any) -> Iterator[tuple[str, Column]]:  # a pyarrow.Table, untyped
    """Yield the indices that pandas describes in the metadata alone, if they have a name."""
    pandas = (table.schema.pandas_metadata or {}).get("index_columns", [])
    for index in pandas:
        if isinstance(index, dict) and index.get("kind") == "range" and index.get("name"):
            values = range(index["start"], index["stop"], index["step"])
            if len(values) == table.num_rows:
                yield str(index["name"]).strip(), np.array(values, dtype=np.int64)


def _parquet_column(column: Any) -> Column:  # a pyarrow.ChunkedArray; pyarrow ships no types
    values: Column = column.to_numpy()
    if values.dtype.kind in "iufb" and not column.null_count:
        return values
    cells = np.empty(len(column), dtype=object)
    cells[:] = [cell.strip() if isinstance(cell, str) else cell for cell in column.to_pylist()]
    return cells

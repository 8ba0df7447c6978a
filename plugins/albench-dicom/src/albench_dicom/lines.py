"""The lines of a manifest, taken apart. Nothing below the column names is ever quoted."""

import csv
from collections.abc import Sequence
from pathlib import Path

from albench.api import Complaint, DataError, as_keys

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}

Line = tuple[int, dict[str, str]]
"""The number of a line, and its fields by column."""

_Numbered = list[tuple[int, list[str]]]


def read_lines(manifest: Path, separator: str) -> tuple[list[str], list[Line]]:
    """Return the columns of a manifest and its lines.

    Parameters
    ----------
    manifest : Path
        A CSV file in UTF-8.
    separator : str
        One of `SEPARATORS`.

    Returns
    -------
    header : list of str
        The names of the columns.
    lines : list of Line
        Subjects and labels as `as_keys` gives them.

    Raises
    ------
    DataError
        If it cannot be read, is malformed, or lacks a column ``path``.
    """
    if separator not in SEPARATORS:
        problem = f"found {separator!r}, allowed are {', '.join(map(repr, SEPARATORS))}"
        raise DataError([Complaint("option 'separator'", problem)])
    numbered = _numbered(manifest, separator)
    header = numbered[0][1] if numbered else []
    complaints = _about(manifest, header, numbered, separator)
    if complaints:
        raise DataError(complaints)
    numbers, fields = zip(*numbered[1:], strict=True)
    columns = [
        as_keys(column) if name in ("subject", "label") else column
        for name, column in zip(header, zip(*fields, strict=True), strict=True)
    ]
    rows = (dict(zip(header, row, strict=True)) for row in zip(*columns, strict=True))
    return header, list(zip(numbers, rows, strict=True))


def _numbered(manifest: Path, separator: str) -> _Numbered:
    try:
        with manifest.open(newline="", encoding="utf-8-sig") as stream:
            reader = csv.reader(stream, delimiter=separator, strict=True)
            return [(reader.line_num, [field.strip() for field in row]) for row in reader if row]
    except OSError as error:
        problem = f"cannot be read: {error.strerror}"
        raise DataError([Complaint(str(manifest), problem)]) from error
    except (UnicodeDecodeError, csv.Error):
        raise DataError([Complaint(str(manifest), "is not CSV in UTF-8")]) from None


def _about(
    manifest: Path, header: Sequence[str], numbered: _Numbered, separator: str
) -> list[Complaint]:
    others = [mark for mark in SEPARATORS if mark != separator and mark in "".join(header)]
    if len(header) == 1 and others:
        problem = (
            f"seems to be separated by {SEPARATORS[others[0]]}, not by {SEPARATORS[separator]}: "
            "set the option 'separator'"
        )
    elif "path" not in header:
        problem = "has no column 'path'"
    elif len(set(header)) < len(header):
        problem = "has a column twice: remove one"
    elif len(numbered) == 1:
        problem = "is empty: it has no row below its column names"
    else:
        needed = f"needed are {len(header)}"
        return [
            Complaint(f"{manifest.name}, line {n}", f"has {len(row)} fields, {needed}")
            for n, row in numbered
            if len(row) != len(header)
        ]
    return [Complaint(str(manifest), problem)]

"""Cells of a table as numbers: plain ASCII notation alone, whatever Python would read."""

import numbers
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from albench.api import MISSING_WORDS, is_missing

_PLAIN = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_TRUTHS = {"true": 1.0, "false": 0.0}

_DIGITS = (
    r"[+-]?(?:[0-9]{1,3}(?:['\u2019 \u00a0\u202f][0-9]{3})+|[0-9]+|(?=[.,]))"
    r"(?:[.,][0-9]+)*(?:[eE][+-]?[0-9]+)?"
)
_AMOUNT = re.compile(_DIGITS)
_PER_CENT = re.compile(rf"{_DIGITS}\s*[%‰]")
_LIMIT = re.compile(rf"[<>≤≥]=?\s*{_DIGITS}")
_DOTTED = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,4}){2,3}")  # a date, a version or an address


@dataclass(frozen=True, eq=False)
class Numbers:
    """One column, read as numbers as far as it is of numbers.

    Parameters
    ----------
    values : ndarray of float64, shape (n_rows,)
        NaN where a cell is missing or no number.
    missing : ndarray of bool, shape (n_rows,)
        Where a cell has no value.
    kind : str
        ``"numbers"`` if there is one or all cells are true or false, ``"empty"`` if all are
        missing, else what the cells are: ``"text"``, ``"dates"``, ``"lists"``.
    """

    values: NDArray[np.float64]
    missing: NDArray[np.bool_]
    kind: str


def read_numbers(
    column: NDArray[Any], decimal: str = ".", literal: Collection[object] = ()
) -> Numbers:
    """Return a column as numbers.

    Parameters
    ----------
    column : ndarray, shape (n_rows,)
        Numbers, or Python objects.
    decimal : str
        ``"."`` or ``","``: the decimal mark of numbers that are written as text.
    literal : collection of str
        Words for a missing value that are meant as they are written.

    Returns
    -------
    Numbers
        True is 1 and false 0 in a column that holds nothing else.
    """
    if column.dtype.kind in "iufb":
        values = column.astype(np.float64)
        missing = np.isnan(values)
        return Numbers(values, missing, "empty" if missing.all() else "numbers")
    cells = column.tolist()
    missing = np.array([_is_gap(cell, literal) for cell in cells], dtype=bool)
    present = [cell for cell, gap in zip(cells, missing.tolist(), strict=True) if not gap]
    values = np.full(len(cells), np.nan)
    truths = [_truth(cell) for cell in present]
    if present and None not in truths:
        values[~missing] = truths
        return Numbers(values, missing, "numbers")
    values[~missing] = [_number(cell, decimal) for cell in present]
    return Numbers(values, missing, _kind(present, values))


def _is_gap(cell: object, literal: Collection[object]) -> bool:
    is_word = isinstance(cell, str) and cell in MISSING_WORDS and cell not in literal
    return is_word or is_missing(cell)


def _truth(cell: object) -> float | None:
    if isinstance(cell, bool):
        return float(cell)
    return _TRUTHS.get(cell.lower()) if isinstance(cell, str) else None


def _number(cell: object, decimal: str) -> float:
    if isinstance(cell, str):
        plain = cell if decimal == "." else _with_point(cell, decimal)
        return float(plain) if _PLAIN.fullmatch(plain) else np.nan
    if isinstance(cell, bool):  # among other values: a truth is not a number
        return np.nan
    return float(cell) if isinstance(cell, numbers.Real | Decimal) else np.nan


def _with_point(cell: str, decimal: str) -> str:
    """Return a number with a point for its decimal mark; what has a point already is none."""
    return "" if "." in cell else cell.replace(decimal, ".")


def _kind(present: list[Any], values: NDArray[np.float64]) -> str:  # cells of any type
    if not present:
        return "empty"
    if not np.isnan(values).all():
        return "numbers"
    kinds = {str: "text", bytes: "text", list: "lists", np.ndarray: "lists", dict: "structures"}
    first = present[0]
    if isinstance(first, date | time | timedelta):
        return "dates"
    return kinds.get(type(first), type(first).__name__)


def like_numbers(column: NDArray[Any]) -> Iterator[tuple[int, str]]:
    """Yield the cells of a column that a reader would take for numbers though they are none.

    Parameters
    ----------
    column : ndarray, shape (n_rows,)
        Of which no cell is a number.

    Yields
    ------
    row : int
        Its position.
    cell : str
        ``"21,5"``, ``"12 %"`` or ``"<0.5"``; no date and no code such as ``"012_05"``.
    """
    for row, cell in enumerate(column.tolist()):
        if isinstance(cell, str) and _is_like_a_number(cell):
            yield row, cell


def _is_like_a_number(cell: str) -> bool:
    if _DOTTED.fullmatch(cell):
        return False
    likenesses = (_AMOUNT, _PER_CENT, _LIMIT)
    return any(one.fullmatch(cell) for one in likenesses) or _has_foreign_digits(cell)


def _has_foreign_digits(cell: str) -> bool:
    return not cell.isascii() and all(part.isdecimal() for part in re.split("[.,]", cell))


def remedy(cell: str, decimal: str) -> str:
    """Return what to do about a cell that is not a number.

    Parameters
    ----------
    cell : str
        As it is written.
    decimal : str
        The decimal mark in use.

    Returns
    -------
    str
        An instruction; empty if the cell is like no number.
    """
    other = "," if decimal == "." else "."
    if re.fullmatch(rf"[+-]?[0-9]*{re.escape(other)}[0-9]+(?:[eE][+-]?[0-9]+)?", cell):
        return f'set the option decimal = "{other}" if that is its decimal mark'
    if _PER_CENT.fullmatch(cell):
        return "write it without the sign"
    if _LIMIT.fullmatch(cell):
        return "write a number in place of a limit"
    if _AMOUNT.fullmatch(cell) and not _DOTTED.fullmatch(cell):
        return f"write it without marks of thousands (the decimal mark is {decimal!r})"
    if _has_foreign_digits(cell):
        return "write it in the digits 0 to 9"
    return ""

"""Cells of a table as text: keys (subjects, labels) that are equal where their values are."""

from __future__ import annotations

import math
import numbers
import re
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MISSING_WORDS = frozenset(
    {
        "#N/A",
        "#N/A N/A",
        "#NA",
        "-1.#IND",
        "-1.#QNAN",
        "-NaN",
        "-nan",
        "1.#IND",
        "1.#QNAN",
        "<NA>",
        "N/A",
        "NA",
        "NULL",
        "NaN",
        "NaT",
        "None",
        "n/a",
        "nan",
        "null",
    }
)
"""What software writes for a missing value: the words that pandas' ``read_csv`` reads as such."""

_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.0+)?")
_SHORT_WHOLE = re.compile(r"0|-?[1-9][0-9]{0,17}")


def is_missing(cell: object) -> bool:
    """Return whether a cell has no value: None, NaN, not-a-time, or text that is empty.

    Parameters
    ----------
    cell : object
        As a file gives it.

    Returns
    -------
    bool
        False for the `MISSING_WORDS`, which somebody may mean.
    """
    if cell is None:
        return True
    if isinstance(cell, str):
        return not cell.strip()
    try:
        return bool(cell != cell)  # only NaN and not-a-time differ from themselves
    except (TypeError, ValueError):  # pandas.NA is neither; an array has no one answer
        return type(cell).__name__ == "NAType"


def as_keys(cells: Iterable[object]) -> list[str]:
    """Return a column as keys: text that is equal where the values are.

    Whole numbers are written as integers where the whole column is of them, since the same ids are
    0 and 1 in one table and 0.0 and 1.0 in another that once had a gap.

    Parameters
    ----------
    cells : iterable of object
        One column; text, numbers, or what a Parquet file holds.

    Returns
    -------
    list of str
        One a cell, without outer blanks; empty where `is_missing`.

    Examples
    --------
    >>> as_keys([0.0, 1.0, float("nan")])
    ['0', '1', '']
    >>> as_keys(["1.0", "1.1"])
    ['1.0', '1.1']
    """
    texts = [cell.strip() if type(cell) is str else _text(cell) for cell in cells]
    if not any("." in text for text in texts):
        return texts
    if not all(_WHOLE.fullmatch(text) for text in texts if text):
        return texts
    wholes = [text.partition(".")[0] for text in texts]
    return ["0" if whole == "-0" else whole for whole in wholes]


def _text(cell: object) -> str:
    if is_missing(cell):
        return ""
    if isinstance(cell, bytes):
        return cell.decode("utf-8", errors="backslashreplace").strip()
    is_float = isinstance(cell, numbers.Real | Decimal) and not isinstance(cell, numbers.Integral)
    if is_float and math.isfinite(cell) and cell == int(cell):  # type: ignore[arg-type, call-overload]  # a number
        return f"{int(cell)}.0"  # type: ignore[call-overload]  # a number
    return str(cell).strip()


def is_whole_number(text: str) -> bool:
    """Return whether text is a whole number in its one plain spelling, such as a label's.

    Parameters
    ----------
    text : str
        ``"3"`` and ``"-1"`` are, ``"03"``, ``"3.0"`` and ``"1_0"`` are not.

    Returns
    -------
    bool
        False beyond 18 digits too, which are a code and no quantity.

    Examples
    --------
    >>> [is_whole_number(text) for text in ("12", "012", "1_2")]
    [True, False, False]
    """
    return _SHORT_WHOLE.fullmatch(text) is not None

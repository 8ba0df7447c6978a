"""Cells of tables: the text that people read, and the values that it is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

Value = str | int | float
"""What a column of a data file holds; NaN is unknown."""


class TableCell(str):
    """A cell's text, which remembers its values: tables show it, data files hold these.

    Parameters
    ----------
    text : str
        As people read it: ``0.794 ± 0.042 ▲``.
    values : mapping of str to Value
        By the name of their column. A name that begins with a space is appended to the table's
        heading, and an empty one is the heading itself: under the heading *accuracy* the value of
        ``" low"`` stands in the column *accuracy low*.
    """

    __slots__ = ("holds",)

    holds: Mapping[str, Value]

    def __new__(cls, text: str, values: Mapping[str, Value]) -> TableCell:
        """Return the text with its values."""
        cell = super().__new__(cls, text)
        cell.holds = values
        return cell

    def shown_as(self, text: str, **more: Value) -> TableCell:
        """Return the same values, and more, under another text.

        Parameters
        ----------
        text : str
            As people read it.
        **more : Value
            By the name of their column, appended to the heading.

        Returns
        -------
        TableCell
            A new one.
        """
        return TableCell(
            text, {**self.holds, **{f" {name}": value for name, value in more.items()}}
        )


def values_of(text: str) -> Mapping[str, Value]:
    """Return the values of a cell; of a plain text, the text without its emphasis.

    Parameters
    ----------
    text : str
        A cell of a table.

    Returns
    -------
    mapping of str to Value
        By the name of their column, as of `TableCell`.
    """
    return text.holds if isinstance(text, TableCell) else {"": text.replace("**", "")}


def whole(n: float, text: str = "") -> TableCell:
    """Return a count.

    Parameters
    ----------
    n : float
        A whole number, of whatever type.
    text : str
        How it is shown, if not as it is.

    Returns
    -------
    TableCell
        With one value, an int.
    """
    return TableCell(text or str(int(n)), {"": int(n)})


def number(value: float, text: str) -> TableCell:
    """Return a number under the heading of its column.

    Parameters
    ----------
    value : float
        As exact as it is known.
    text : str
        How it is shown.

    Returns
    -------
    TableCell
        With one value.
    """
    return TableCell(text, {"": float(value)})

"""The numbers behind a page's figures and tables in few bytes, for its script to unpack."""

from __future__ import annotations

import math
import re
from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, Any

from albench.reporting.data_files import csv_field, csv_fields
from albench.reporting.panels import PanelBlock

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from albench.reporting.choices import PanelValues
    from albench.reporting.content import Table

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
DECIMALS = "ABCDEFGHIJKLMNOPQRSTUVW"
"""A number with its point left out is followed by the letter of how many decimals it has: scripts
have powers of ten exactly up to the 22nd."""
NUMBER = re.compile(r"(-?)(\d+)(?:\.(\d+))?(?:e-(\d\d))?")
LARGEST = 2**53
"""Whole numbers below are exact in a script."""
BEYOND = "inf"


class Columns:
    """Columns of fields, each kept once however many figures and tables have it.

    A column is written as its kind, a colon, and its fields, in which ``x*n`` is n times x. The
    kind is ``t`` where fields are numbers of texts, and else the letter of how many decimals a
    number has that has no letter of its own. All numbers are whole and to the base 36: 0.9705 is
    ``7hlE``. Nothing is unknown, and ``~`` is infinite.
    """

    def __init__(self) -> None:
        self.packed: list[str] = []
        self._places: dict[tuple[str, ...], int] = {}
        self._texts: dict[str, int] = {}

    @property
    def texts(self) -> list[str]:
        """What fields of kind ``t`` refer to, in their order."""
        return list(self._texts)

    def add(self, fields: Sequence[str]) -> int:
        """Return the place of a column in `packed`.

        Parameters
        ----------
        fields : sequence of str
            As a CSV has them.

        Returns
        -------
        int
            That of an equal column, if there is one.
        """
        key = tuple(fields)
        if key not in self._places:
            self._places[key] = len(self.packed)
            self.packed.append(self._pack(fields))
        return self._places[key]

    def _pack(self, fields: Sequence[str]) -> str:
        numbers = [_number(field) for field in fields]
        if None in numbers:
            places = [self._texts.setdefault(field, len(self._texts)) for field in fields]
            return f"t:{_runs([_base_36(place) for place in places])}"
        present = [number for number in numbers if number is not None]
        letters = Counter(number[-1] for number in present if number[-1:].isupper())
        usual = max(letters, key=lambda letter: (letters[letter], letter), default="A")
        return f"{usual}:{_runs([number.removesuffix(usual) for number in present])}"


def _number(field: str) -> str | None:
    """Return a number as it is packed; None for a text, and for what would be written otherwise."""
    if field in {"", BEYOND}:
        return {"": "", BEYOND: "~"}[field]
    match = NUMBER.fullmatch(field)
    if match is None:
        return None
    sign, whole, part, exponent = match.groups(default="")
    digits, n_decimals = int(whole + part), len(part) + int(exponent or 0)
    is_exact = digits < LARGEST and n_decimals < len(DECIMALS)
    if not is_exact or _written(digits, n_decimals) != field.removeprefix("-"):
        return None
    return f"{sign}{_base_36(digits)}{DECIMALS[n_decimals]}" if digits or not sign else None


def _written(digits: int, n_decimals: int) -> str:
    """Return how a script writes the number, which is how `csv_field` does."""
    return f"{digits / 10**n_decimals:.6g}" if n_decimals else str(digits)


def _base_36(number: int) -> str:
    digits = DIGITS[number % 36]
    while number := number // 36:
        digits = DIGITS[number % 36] + digits
    return digits


def _runs(codes: Sequence[str]) -> str:
    runs = ((code, len(list(same))) for code, same in groupby(codes))
    return ",".join(
        f"{code}*{_base_36(n)}" if n > 2 or not code else ",".join([code] * n) for code, n in runs
    )


def packed(figures: Mapping[str, Sequence[PanelValues]], tables: Sequence[Table]) -> dict[str, Any]:
    """Return what a page's script reads, as plain data.

    Parameters
    ----------
    figures : mapping of str to sequence of PanelValues
        The panels of each figure by its name.
    tables : sequence of Table
        Those of the report.

    Returns
    -------
    dict
        ``texts`` and ``columns`` as `Columns` has them; ``tables`` and ``figures`` by name, with
        their headings and the numbers of their columns; ``places``, to which the panels of figures
        refer. The rows of a figure's panels follow each other.
    """
    columns, places = Columns(), dict[PanelBlock, int]()
    packed_tables = {table.name: _table(table, columns) for table in tables}
    drawn = {name: _figure(panels, columns, places) for name, panels in figures.items()}
    return {
        "texts": columns.texts,
        "columns": columns.packed,
        "places": [[place.name, *place.block] for place in places],
        "tables": packed_tables,
        "figures": drawn,
    }


def _table(table: Table, columns: Columns) -> dict[str, Any]:
    headings, *rows = csv_fields(table)
    return {"headings": headings, "columns": _added(rows, columns)}


def _figure(
    panels: Sequence[PanelValues], columns: Columns, places: dict[PanelBlock, int]
) -> dict[str, Any]:
    headings = list(dict.fromkeys(name for panel in panels for name in panel.columns))
    rows = [
        [_field(first), *(_field(values.get(name, math.nan)) for name in headings)]
        for panel in panels
        for first, *others in panel.rows
        for values in [dict(zip(panel.columns, others, strict=True))]
    ]
    return {
        "headings": [panels[0].first, *headings],
        "columns": _added(rows, columns),
        "panels": [
            [places.setdefault(panel.place, len(places)), len(panel.rows)] for panel in panels
        ],
    }


def _field(value: str | float) -> str:
    return csv_field(value + 0.0 if isinstance(value, float) else value)  # no minus before 0


def _added(rows: Sequence[Sequence[str]], columns: Columns) -> list[int]:
    return [columns.add(column) for column in zip(*rows, strict=True)]

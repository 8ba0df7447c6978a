"""What figures are drawn on: the width of a page on the screen, or a paper's column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

ONE_STYLE: dict[Any, Any] = {  # matplotlib types its keys by a literal of all of them
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#e6e6e6",
    "grid.linewidth": 0.6,
    "axes.axisbelow": True,
    "text.parse_math": False,  # a class may be called "$5 to $10"
    "svg.fonttype": "none",
    "svg.hashsalt": "albench",
    "pdf.fonttype": 42,  # publishers refuse fonts of type 3
    "font.family": ["DejaVu Sans", "sans-serif"],
}


@dataclass(frozen=True)
class Sheet:
    """Measures of figures.

    Parameters
    ----------
    columns : int
        Panels beside each other.
    width, height : float
        Of a panel, in inches.
    alone : float
        The width of a figure that has one panel about all blocks, in inches.
    font : float
        Its size, in points.
    """

    columns: int
    width: float
    height: float
    alone: float
    font: float

    @property
    def zoom(self) -> float:
        """What lengths are multiplied by that go with the size of the font."""
        return self.font / SCREEN.font

    @property
    def settings(self) -> dict[Any, Any]:
        """What matplotlib is told."""
        return ONE_STYLE | {"font.size": self.font, "axes.titlesize": self.font}


SCREEN = Sheet(columns=2, width=4.9, height=3.1, alone=6.37, font=9.0)
COLUMN = Sheet(columns=1, width=3.5, height=2.4, alone=3.5, font=7.0)
"""A column of a page of two columns, as most journals set it: 89 mm."""
COLUMN_HEIGHT = 9.0
"""The most of a column that a figure takes, in inches; a longer one goes on on the next page."""

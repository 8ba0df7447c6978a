"""Files of figures: a picture of dots is never too high to be drawn, or to be looked at."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from albench.analysis.curves import BLOCK
from albench.reporting.names import blocks_of
from albench.reporting.plots import MOST_DOTS, Plot

if TYPE_CHECKING:
    from albench.reporting.sheets import Sheet

pytestmark = pytest.mark.usefixtures("rendered")

PANEL_HEIGHT = 12.0
"""Inches, as dozens of strategies take them."""


def panels(table: pd.DataFrame, sheet: Sheet) -> Figure:
    """Draw a panel a block, empty."""
    n_rows = -(-len(blocks_of(table)) // sheet.columns)
    return high(PANEL_HEIGHT * n_rows)


def high(inches: float, sheet: Sheet | None = None) -> Figure:
    figure = Figure(figsize=(0.5, inches))
    FigureCanvasAgg(figure)
    return figure


def table_of(n_blocks: int) -> pd.DataFrame:
    cohorts = [f"c{i:03d}" for i in range(n_blocks)]
    return pd.DataFrame({"cohort": cohorts}).assign(**dict.fromkeys(BLOCK[1:], "x"))[list(BLOCK)]


def heights(files: dict[str, bytes]) -> dict[str, int]:
    return {ending: Image.open(io.BytesIO(content)).height for ending, content in files.items()}


@pytest.mark.parametrize(("n_blocks", "n_files"), [(24, 1), (36, 1), (38, 2), (336, 10)])
def test_many_panels_are_several_pictures_none_of_them_too_high(
    n_blocks: int, n_files: int
) -> None:
    drawn = heights(Plot(panels, (table_of(n_blocks),), by_block=True).files(["png"]))
    assert len(drawn) == n_files
    assert (".png" in drawn) == (n_files == 1)
    assert max(drawn.values()) <= MOST_DOTS


def test_one_panel_about_too_many_has_fewer_dots_an_inch() -> None:
    drawn = heights(Plot(high, (600.0,)).files(["png"]))
    assert list(drawn.values()) == [MOST_DOTS]

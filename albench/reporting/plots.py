"""Figures as files: what draws them, where, and the formats they are written in."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import pandas as pd
from matplotlib.backends.backend_pdf import PdfPages

from albench.reporting.names import RowsByBlock
from albench.reporting.sheets import COLUMN, COLUMN_HEIGHT, SCREEN

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from matplotlib.figure import Figure as Drawing

    from albench.reporting.sheets import Sheet


DPI = 150
MOST_DOTS = 2**15
"""The height of a PNG file at most; matplotlib draws no more than twice as many dots."""
NOTHING = {"CreationDate": None, "Creator": None, "Producer": None}
"""What a PDF would tell of when and by what it was made."""


@dataclass(frozen=True, eq=False)
class Plot:
    """A figure that is drawn when a file of it is asked for, in whatever process.

    Parameters
    ----------
    draw : callable
        A function of a module, which takes `told` and ``sheet``.
    told : tuple
        What it draws.
    by_block : bool
        Whether the first of `told` is a table of which each block has a panel.
    """

    draw: Callable[..., Drawing]
    told: tuple[Any, ...]
    by_block: bool = False

    def files(self, kinds: Collection[str]) -> dict[str, bytes]:
        """Return the figure as files, the same bytes for the same figure.

        Parameters
        ----------
        kinds : collection of str
            ``"svg"``, ``"png"`` at 150 dots an inch, and ``"pdf"``: as wide as a column of a paper,
            with its fonts, on as many pages as its panels take. A picture of dots can only be so
            high: one with more panels than that is several.

        Returns
        -------
        dict of str to bytes
            By what follows the figure's name: ``".svg"``, ``".pdf"``, ``".png"``, or ``"-1.png"``
            and so on.
        """
        files: dict[str, bytes] = {}
        if {"svg", "png"} & set(kinds):
            with mpl.rc_context(SCREEN.settings):
                figure = _laid_out(self.draw(*self.told, sheet=SCREEN))
                if "svg" in kinds:
                    files[".svg"] = _saved(figure, "svg")
                if "png" in kinds:
                    files |= self._png(figure)
        if "pdf" in kinds:
            files[".pdf"] = self._pdf()
        return files

    def _png(self, whole: Drawing) -> dict[str, bytes]:
        if whole.get_figheight() * DPI <= MOST_DOTS:
            return {".png": _saved(whole, "png")}
        pages = map(_laid_out, self._pages(SCREEN, MOST_DOTS / DPI))
        return {f"-{i}.png": _saved(page, "png") for i, page in enumerate(pages, start=1)}

    def _pdf(self) -> bytes:
        target = io.BytesIO()
        with mpl.rc_context(COLUMN.settings), PdfPages(target, metadata=NOTHING) as pages:
            for figure in self._pages(COLUMN, COLUMN_HEIGHT):
                pages.savefig(figure)
        return target.getvalue()

    def _pages(self, sheet: Sheet, height: float) -> Iterator[Drawing]:
        """Yield figures of a height in inches, each with the panels that it has room for."""
        if not self.by_block:
            yield self.draw(*self.told, sheet=sheet)
            return
        table, *others = self.told
        blocks = [*RowsByBlock(table).values()]
        alone = self.draw(max(blocks, key=len), *others, sheet=sheet)
        n = max(1, int(height // alone.get_figheight())) * sheet.columns
        for start in range(0, len(blocks), n):
            yield self.draw(pd.concat(blocks[start : start + n]), *others, sheet=sheet)


def _saved(figure: Drawing, kind: str) -> bytes:
    target = io.BytesIO()
    if kind == "svg":
        figure.savefig(target, format="svg", metadata={"Date": None, "Creator": None})
    else:
        # What a single panel about hundreds of strategies would have too many of.
        dpi = min(DPI, MOST_DOTS / figure.get_figheight())
        figure.savefig(target, format="png", dpi=dpi, metadata={"Software": None})
    return target.getvalue()


def _laid_out(figure: Drawing) -> Drawing:
    """Place everything once: a second layout may differ in the last digits."""
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
        figure.set_layout_engine(None)  # with a placeholder, saving would draw everything twice
    return figure

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


DPI = 150
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
            with its fonts, on as many pages as its panels take.

        Returns
        -------
        dict of str to bytes
            By kind.
        """
        told: dict[str, bytes] = {}
        if {"svg", "png"} & set(kinds):
            figure = self.draw(*self.told, sheet=SCREEN)
            with mpl.rc_context(SCREEN.settings):
                _lay_out(figure)
                told |= {kind: _saved(figure, kind) for kind in ("svg", "png") if kind in kinds}
        if "pdf" in kinds:
            told["pdf"] = self._pdf()
        return told

    def _pdf(self) -> bytes:
        target = io.BytesIO()
        with mpl.rc_context(COLUMN.settings), PdfPages(target, metadata=NOTHING) as pages:
            for figure in self._pages():
                pages.savefig(figure)
        return target.getvalue()

    def _pages(self) -> Iterator[Drawing]:
        """Yield figures as wide as a column, each with the panels that it has room for."""
        if not self.by_block:
            yield self.draw(*self.told, sheet=COLUMN)
            return
        table, *others = self.told
        blocks = [*RowsByBlock(table).values()]
        alone = self.draw(max(blocks, key=len), *others, sheet=COLUMN)
        n = max(1, int(COLUMN_HEIGHT // alone.get_figheight()))
        for start in range(0, len(blocks), n):
            yield self.draw(pd.concat(blocks[start : start + n]), *others, sheet=COLUMN)


def _saved(figure: Drawing, kind: str) -> bytes:
    target = io.BytesIO()
    if kind == "svg":
        figure.savefig(target, format="svg", metadata={"Date": None, "Creator": None})
    else:
        figure.savefig(target, format="png", dpi=DPI, metadata={"Software": None})
    return target.getvalue()


def _lay_out(figure: Drawing) -> None:
    """Place everything once: a second layout may differ in the last digits."""
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
        figure.set_layout_engine(None)  # with a placeholder, saving would draw everything twice

"""The cells of a trial that have run so far, and what more of them would take."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from albench import library
from albench.analysis.curves import BLOCK
from albench.planning import Plan

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from pathlib import Path

    from albench.planning import Cell
    from albench.records.schema import BlockKey
    from albench.session import OpenedSpecification

    CarryOut = Callable[[OpenedSpecification, Path], float]


class TrialRun:
    """Runs cells of a trial, more each time.

    Parameters
    ----------
    opened : OpenedSpecification
        The trial's specification.
    results : Path
        Its run folder; what is done there is not run again.
    carry_out : callable
        Runs the cells of a plan into a folder, and raises if one of them fails. Returns the seconds
        that they took, without what comes before the first.

    Attributes
    ----------
    cells, scores : DataFrame
        What is done of the cells that were asked for.
    n_run : int
        Cells that ran; others were done before.
    overhead : float
        What the latest run took beside its cells, in seconds.
    """

    def __init__(self, opened: OpenedSpecification, results: Path, carry_out: CarryOut) -> None:
        self.opened = opened
        self._results, self._carry_out = results, carry_out
        self._cells: dict[str, Cell] = {}
        self._pace = 1.0  # seconds of wall time in which a second's worth of cells runs
        self.cells = self.scores = pd.DataFrame()
        self.n_run = 0
        self.overhead = 0.0

    def run(
        self,
        strategies: Collection[str],
        blocks: Collection[BlockKey],
        repetitions: Collection[int],
    ) -> None:
        """Run the cells of some places that are not done yet.

        Parameters
        ----------
        strategies : collection of str
            Labels in the trial's specification.
        blocks : collection of BlockKey
            Where they run; a strategy that is not planned in a block has no cell there.
        repetitions : collection of int
            Which.
        """
        for cell in self.opened.whole.cells:
            place = cell.strategy_label in strategies, cell.block in blocks
            if all(place) and cell.repetition in repetitions:
                self._cells[cell.id] = cell
        plan = Plan(tuple(self._cells.values()), self.opened.whole.skipped)
        part = replace(self.opened, whole=plan)
        done = part.reuse(self._results).done.keys()
        began = time.perf_counter()
        wall = self._carry_out(part, self._results)
        loaded = library.load(self._results)
        self.cells, self.scores = loaded.cells, loaded.scores
        is_new = ~self.cells["cell"].isin(done)
        self.n_run += int(is_new.sum())
        if seconds := float(self.cells.loc[is_new, "seconds"].sum()):
            self._pace = wall / seconds
        self.overhead = time.perf_counter() - began - wall

    def costs(
        self, strategies: Collection[str], blocks: Iterable[BlockKey]
    ) -> dict[BlockKey, float]:
        """Return what one more repetition of each block would take.

        Parameters
        ----------
        strategies : collection of str
            Those that would run.
        blocks : iterable of BlockKey
            In which these have run already.

        Returns
        -------
        dict of BlockKey to float
            Seconds of wall time, at the pace of the latest cells.
        """
        own = self.cells[self.cells["strategy"].isin(strategies)]
        means = own.groupby([*BLOCK, "strategy"])["seconds"].mean().groupby(BLOCK).sum()
        return {block: self._pace * float(means[block]) for block in blocks}

    def done(self, strategies: Collection[str]) -> set[tuple[BlockKey, int]]:
        """Return the blocks and repetitions in which all cells of some strategies are done.

        Parameters
        ----------
        strategies : collection of str
            Labels.

        Returns
        -------
        set of (BlockKey, int)
            Of the whole plan, whether or not this trial has asked for them yet.
        """
        cells = [cell for cell in self.opened.whole.cells if cell.strategy_label in strategies]
        left = {cell.id for cell in self.opened.reuse(self._results).left(cells)}
        places = {(cell.block, cell.repetition) for cell in cells}
        return places - {(cell.block, cell.repetition) for cell in cells if cell.id in left}

"""Scores of one metric by block, repetition and strategy: what comparisons are computed from.

Arguments are those of `albench.analysis`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from albench.analysis.curves import BLOCK

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class ScoreCube:
    """A score of each cell.

    Parameters
    ----------
    blocks : tuple of tuple of str
        Cohort, modalities, model and budget of each; sorted.
    repetitions : tuple of int
        Sorted.
    strategies : tuple of str
        Sorted.
    values : ndarray of float, shape (n_blocks, n_repetitions, n_strategies)
        NaN where there is no cell, or its score is unknown.
    has_cells : ndarray of bool, shape (n_blocks, n_strategies)
        Whether there is any cell, known score or not.
    """

    blocks: tuple[tuple[str, ...], ...]
    repetitions: tuple[int, ...]
    strategies: tuple[str, ...]
    values: NDArray[np.float64]
    has_cells: NDArray[np.bool_]

    @cached_property
    def cohorts(self) -> tuple[str, ...]:
        """The cohort of each block."""
        return tuple(block[0] for block in self.blocks)

    def of(self, strategies: Sequence[str]) -> NDArray[np.float64]:
        """Return the scores of some strategies, shape (n_blocks, n_repetitions, n)."""
        missing = np.full((len(self.blocks), len(self.repetitions)), np.nan)
        columns = [
            self.values[:, :, self.strategies.index(name)] if name in self.strategies else missing
            for name in strategies
        ]
        return np.stack(columns, axis=-1) if columns else missing[:, :, None][:, :, :0]

    def blocks_of(self, strategy: str) -> NDArray[np.bool_]:
        """Return in which blocks a strategy has cells, shape (n_blocks,)."""
        if strategy not in self.strategies:
            return np.zeros(len(self.blocks), dtype=bool)
        return self.has_cells[:, self.strategies.index(strategy)]


def cube(efficiency: pd.DataFrame, value: str) -> ScoreCube:
    """Return the scores of a table of cells, NaN where a strategy has no value.

    Raises `ValueError` if a cell is there twice: an average would hide it.
    """
    keys = [*BLOCK, "strategy", "repetition"]
    if efficiency.duplicated(keys).any():
        raise ValueError("a table of cells holds duplicate cells")
    rows = list(zip(*(efficiency[key].tolist() for key in keys), strict=True))
    blocks = sorted({row[:4] for row in rows})
    repetitions, strategies = sorted({row[5] for row in rows}), sorted({row[4] for row in rows})
    places = [{key: i for i, key in enumerate(axis)} for axis in (blocks, repetitions, strategies)]
    values = np.full((len(blocks), len(repetitions), len(strategies)), np.nan)
    where = [(places[0][row[:4]], places[1][row[5]], places[2][row[4]]) for row in rows]
    has_cells = np.zeros((len(blocks), len(strategies)), dtype=bool)
    if where:
        i, j, k = np.array(where).T
        values[i, j, k] = efficiency[value].to_numpy(dtype=float)
        has_cells[i, k] = True
    return ScoreCube(tuple(blocks), tuple(repetitions), tuple(strategies), values, has_cells)

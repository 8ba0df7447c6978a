"""What a cell is expected to cost, relative to others of its matrix, from the plan alone."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from albench.planning.cells import Cell

_UNITS = 1000
"""The size of a training part that shares are taken of: the plan does not know it."""


def expected_cost(cell: Cell) -> float:
    """Return the updates that a cell is expected to train for, all rounds together.

    Parameters
    ----------
    cell : Cell
        Of a plan. Two machines with one specification get the same number.

    Returns
    -------
    float
        A reference trains once; a strategy at every round, on what has been bought by then.
    """
    return sum(_updates(cell, size) for size in expected_sizes(cell))


def expected_sizes(cell: Cell) -> list[int]:
    """Return how many labels a cell is expected to train on, round by round.

    Parameters
    ----------
    cell : Cell
        Of a plan.

    Returns
    -------
    list of int
        One of a reference; of shares, those of a training part of `_UNITS`.
    """
    if cell.strategy is None:
        return [_count(cell.budget["stop"])]
    step, last = (_count(cell.budget[key]) for key in ("query", "stop"))
    initial = cell.budget["initial"]
    first = _count(initial) if isinstance(initial, int | float) else 1  # some subjects: a few
    n_queries = max(0, ceil((last - first) / step))
    return [min(first + k * step, last) for k in range(n_queries + 1)]


def _count(amount: int | float) -> int:
    return max(1, amount if isinstance(amount, int) else round(amount * _UNITS))


def _updates(cell: Cell, n_labelled: int) -> float:
    training = cell.model.training
    passes = training.epochs * ceil(n_labelled / training.batch_size)
    return float(max(training.min_updates, passes))

"""Where on its curve a system is judged: at the end, over all of it, or at a share of labels.

A point is ``final``, ``area`` or a share of the candidates, 0 to 1. `shares` are the labelled
candidates of each round as a share of those in the training part, ``(n_rounds,)``; they rise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.analysis.efficiency import area
from albench.spec.published import AREA, FINAL

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from albench.spec.published import Point

SLACK = 1e-9


def round_within(shares: NDArray[np.float64], share: float) -> int | None:
    """Return the last round in which at most a share of the candidates is labelled.

    It is None if the first round has more, or the curve ends more than a round short of it.
    """
    within = np.flatnonzero(shares <= share + SLACK)
    if not len(within):
        return None
    last = int(within[-1])
    if last < len(shares) - 1:
        return last
    step = shares[-1] - shares[-2] if len(shares) > 1 else 0.0
    return last if shares[-1] >= share - step - SLACK else None


def value_at(point: Point, shares: NDArray[np.float64], heights: NDArray[np.float64]) -> float:
    """Return the height of a curve ``(n_rounds,)`` at a point; NaN if it does not get there."""
    return float(values_at(point, shares, heights[None, :])[0])


def values_at(
    point: Point, shares: NDArray[np.float64], heights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the heights of curves ``(n_curves, n_rounds)`` at a point, ``(n_curves,)``.

    They are NaN if the curves do not get there.
    """
    if point == FINAL:
        return heights[:, -1]
    if point == AREA:
        return np.array([area(shares, curve) for curve in heights])
    position = round_within(shares, float(point))
    return np.full(len(heights), np.nan) if position is None else heights[:, position]

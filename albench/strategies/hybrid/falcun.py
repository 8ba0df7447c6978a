"""FALCUN: sampling by uncertainty and by distance to the picks, both in probabilities.

Gilhuber et al. 2024, FALCUN: a simple and efficient deep active learning strategy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.api import Option, needs
from albench.strategies.declaration import RANDOMISED, strategy
from albench.strategies.mathematics.confidence import margin
from albench.strategies.mathematics.kmeans_pp import drawn
from albench.strategies.query import Floats, Picks, among_usable, finite_rows, sized

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from albench.api import PoolView


def relevance(uncertainty: Floats, distance: Floats, gamma: float) -> NDArray[np.float64]:
    """Return the odds of each candidate.

    Parameters
    ----------
    uncertainty : ndarray, shape (n,)
        0 to 1.
    distance : ndarray, shape (n,)
        0 to 1.
    gamma : float
        Larger is closer to taking the largest sum.

    Returns
    -------
    ndarray of float64, shape (n,)
        Not normalised.
    """
    odds: NDArray[np.float64] = uncertainty + distance
    return _power(odds, gamma)


def _power(values: NDArray[np.float64], exponent: float) -> NDArray[np.float64]:
    """Return a power, a small whole one by squaring, which is ten times as fast as the general."""
    if not (float(exponent).is_integer() and 0 < exponent <= SMALL):
        return np.asarray(np.power(values, exponent))
    out, left = np.ones_like(values), int(exponent)
    while left:
        if left % 2:
            out *= values
        left //= 2
        if left:
            values = values * values
    return out


SMALL = 64
"""Whole exponents up to this are powers by squaring."""


def nearer(distance: Floats, columns: Floats, pick: int) -> NDArray[np.float64]:
    """Return the distances to the picks after one more, scaled to 0..1.

    Parameters
    ----------
    distance : ndarray, shape (n,)
        The distances before.
    columns : ndarray, shape (n_classes, n)
        Probabilities, a class after the other: few long rows are faster than many short ones.
    pick : int
        The new pick.

    Returns
    -------
    ndarray of float64, shape (n,)
        0 for the nearest, 1 for the farthest.
    """
    distance = np.minimum(distance, _l1_to(columns, pick))
    distance -= distance.min()
    distance /= distance.max() or 1.0
    return np.asarray(distance, dtype=np.float64)


def _l1_to(columns: Floats, pick: int) -> Floats:
    total: Floats = np.zeros_like(columns[0])
    for column in columns:
        away = column - column[pick]
        total += np.abs(away, out=away)
    return total


def falcun(proba: Floats, n: int, rng: np.random.Generator, gamma: float = 10.0) -> Picks:
    """Return `n` rows, each drawn by its relevance.

    A larger `gamma` is closer to taking the largest relevance. Other arguments as in
    `albench.strategies`.
    """
    uncertainty = 1 - margin(proba.astype(np.float64))
    columns = np.ascontiguousarray(proba.T, dtype=np.float64)
    distance = uncertainty
    free = np.ones(len(proba))
    picks = np.empty(n, dtype=np.intp)
    for i in range(n):
        if i:
            distance = nearer(distance, columns, int(picks[i - 1]))
        odds = relevance(uncertainty, distance, gamma)
        odds *= free
        if not odds.any():
            odds = free
        picks[i] = drawn(odds, rng)
        free[picks[i]] = 0
    return picks


@strategy(
    "falcun",
    "Drawn by uncertainty and by distance to the picks, both in probabilities.",
    options=(
        Option(
            name="gamma",
            type=float,
            default=10.0,
            minimum=0.0,
            maximum=1000.0,
            help="larger is closer to taking the most relevant",
        ),
    ),
    tags=RANDOMISED,
    cost="n b",
    citation="Gilhuber et al. 2024, FALCUN",
)
class Falcun:
    """Chooses uncertain predictions that differ from one another.

    Parameters
    ----------
    gamma : float
        Larger is closer to taking the most relevant, 0 is uniform.
    """

    needs = frozenset({needs.PROBA})

    def __init__(self, gamma: float = 10.0) -> None:
        self.gamma = gamma

    @sized
    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> Picks:
        """Return positions in order of choice; see `albench.api.QueryStrategy`."""
        return among_usable(
            finite_rows(pool.proba),
            n,
            rng,
            lambda rows, k: falcun(pool.proba[rows], k, rng, self.gamma),
        )

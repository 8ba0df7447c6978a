"""FALCUN: sampling by uncertainty and by distance to the picks, both in probabilities.

Gilhuber et al. 2024, FALCUN: a simple and efficient deep active learning strategy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.api import needs
from albench.strategies.query import Floats, Picks, among_usable, finite_rows, sized
from albench.strategies.uncertainty import margin

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
    odds: NDArray[np.float64] = np.power(uncertainty + distance, gamma)
    return odds


def nearer(distance: Floats, proba: Floats, pick: int) -> NDArray[np.float64]:
    """Return the distances to the picks after one more, scaled to 0..1.

    Parameters
    ----------
    distance : ndarray, shape (n,)
        The distances before.
    proba : ndarray, shape (n, n_classes)
        Probabilities.
    pick : int
        The new pick.

    Returns
    -------
    ndarray of float64, shape (n,)
        0 for the nearest, 1 for the farthest.
    """
    distance = np.minimum(distance, np.abs(proba - proba[pick]).sum(axis=1))
    distance = distance - distance.min()
    return np.asarray(distance / (distance.max() or 1.0), dtype=np.float64)


def falcun(proba: Floats, n: int, rng: np.random.Generator, gamma: float = 10.0) -> Picks:
    """Return `n` rows, each drawn by its relevance.

    Parameters
    ----------
    proba : ndarray, shape (n_pool, n_classes)
        Finite probabilities.
    n : int
        1 to ``n_pool``.
    rng : numpy.random.Generator
        Draws the picks.
    gamma : float
        Larger is closer to taking the largest relevance.

    Returns
    -------
    ndarray of int, shape (n,)
        Distinct positions, in order of choice.
    """
    proba = proba.astype(np.float64)
    uncertainty = 1 - margin(proba)
    distance = uncertainty
    free = np.ones(len(proba))
    picks = np.empty(n, dtype=np.intp)
    for i in range(n):
        if i:
            distance = nearer(distance, proba, int(picks[i - 1]))
        odds = relevance(uncertainty, distance, gamma) * free
        if not odds.sum() > 0:
            odds = free
        picks[i] = rng.choice(len(proba), p=odds / odds.sum())
        free[picks[i]] = 0
    return picks


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

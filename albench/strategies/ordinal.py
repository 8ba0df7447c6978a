"""Ordinal variance: for staged labels, how many stages apart the likely answers are.

Classes are stages in the order of their numbers. Entropy cannot tell F1-or-F2 from F0-or-F4; the
variance of the stage can. With dropout passes it splits into the mean over passes (what the data
leave open) and the variance of the mean stage over passes (what the model does not know), the
epistemic part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.api import needs, top
from albench.strategies.query import Floats, Picks, sized

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from albench.api import PoolView


def stage_moments(proba: Floats) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the mean and the mean square of the stage under each row.

    Parameters
    ----------
    proba : ndarray, shape (n, n_classes)
        Rows sum to one.

    Returns
    -------
    ndarray of float64, shape (n,)
        The mean stage, in class numbers.
    ndarray of float64, shape (n,)
        The mean of its square.
    """
    stages = np.arange(proba.shape[1], dtype=np.float64)
    weights = proba.astype(np.float64)
    return np.asarray(weights @ stages), np.asarray(weights @ stages**2)


def stage_variance(passes: Iterable[Floats], part: str = "total") -> NDArray[np.float64]:
    """Return the variance of the stage, in squared stages.

    Parameters
    ----------
    passes : iterable of ndarray, shape (n, n_classes)
        Probabilities of each pass; at least one. Only sums over passes are kept.
    part : str
        ``"total"``, the variance under the mean over passes, or ``"epistemic"``, the variance of
        the mean stage over passes.

    Returns
    -------
    ndarray of float64, shape (n,)
        0 where one stage is certain, or all passes have the same mean stage.
    """
    means, squares, squared_means, count = np.zeros(()), np.zeros(()), np.zeros(()), 0
    for proba in passes:
        mean, square = stage_moments(proba)
        means, squares, squared_means = means + mean, squares + square, squared_means + mean**2
        count += 1
    second = squares if part == "total" else squared_means
    return np.maximum(second / count - (means / count) ** 2, 0.0)


class OrdinalVariance:
    """Chooses where the variance of the stage is largest, in one deterministic pass."""

    needs = frozenset({needs.PROBA})

    @sized
    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> Picks:
        """Return positions, largest variance first; see `albench.api.QueryStrategy`."""
        return top(stage_variance([pool.proba]), n, rng)


class OrdinalVarianceDropout:
    """Chooses where the variance of the stage is largest over dropout passes.

    Parameters
    ----------
    passes : int
        How many dropout passes.
    part : str
        ``"total"`` or ``"epistemic"``.
    """

    needs = frozenset({needs.DROPOUT_PROBA})

    def __init__(self, passes: int = 10, part: str = "total") -> None:
        self.passes = passes
        self.part = part

    @sized
    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> Picks:
        """Return positions, largest variance first; see `albench.api.QueryStrategy`."""
        return top(stage_variance(pool.dropout_proba(self.passes), self.part), n, rng)

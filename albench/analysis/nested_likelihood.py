"""The restricted likelihood of differences where each block of a cohort has the same repetitions.

Cohorts are a random effect; in a cohort, blocks and repetitions are too. Such a covariance has four
eigenspaces a cohort: its mean, its blocks, its repetitions, and the rest (Searle, Casella and
McCulloch 1992, *Variance Components*, chapter 4). What the likelihood needs of the data are the
sums of squares in them, so that a fit takes milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SMALLEST, LARGEST = 1e-9, 10.0
"""Of a variance over that of all differences together; less than the first is nothing."""

STARTS = ((0.3, 0.3, 0.3, 0.3), (0.9, 1e-3, 1e-3, 0.1), (1e-3, 1e-3, 1e-3, 0.9))
"""Of the search, on the same scale: the likelihood may have several tops."""


@dataclass(frozen=True)
class _Eigenspaces:
    """What the likelihood needs of each cohort; all arrays have the shape ``(n_cohorts,)``.

    Parameters
    ----------
    blocks, repetitions : ndarray
        How many the cohort has.
    means : ndarray
        The mean of its differences.
    squares : ndarray, shape (3, n_cohorts)
        Sums of squares between its blocks, between its repetitions, and of the rest.
    """

    blocks: Floats
    repetitions: Floats
    means: Floats
    squares: Floats

    @staticmethod
    def of(gaps: Sequence[Floats]) -> _Eigenspaces:
        blocks, repetitions = np.array([each.shape for each in gaps], dtype=float).T
        means = np.array([each.mean() for each in gaps])
        squares = []
        for each, mean in zip(gaps, means, strict=True):
            of_blocks = each.mean(axis=1, keepdims=True) - mean
            of_repetitions = each.mean(axis=0, keepdims=True) - mean
            rest = each - mean - of_blocks - of_repetitions
            n_blocks, n_repetitions = each.shape
            between = (of_blocks**2).sum() * n_repetitions, (of_repetitions**2).sum() * n_blocks
            squares.append([*between, (rest**2).sum()])
        return _Eigenspaces(blocks, repetitions, means, np.array(squares).T)

    def fit(self, variances: Floats) -> tuple[float, Floats, float, float]:
        """Return minus twice the log likelihood, and the mean that makes it least.

        Parameters
        ----------
        variances : ndarray, shape (4,)
            Of cohorts, of blocks and repetitions in them, and of the rest, which is over 0.

        Returns
        -------
        cost, slopes, mean, error : float, ndarray of shape (4,), float, float
            Slopes are the cost's, by the variances.
        """
        cohort, block, repetition, residual = variances
        b, r = self.blocks, self.repetitions
        of_blocks, of_repetitions = residual + r * block, residual + b * repetition
        of_means = of_blocks + b * repetition + b * r * cohort
        of_rest = np.full_like(b, residual)
        weights = b * r / of_means
        total = weights.sum()
        mean = float(weights @ self.means / total)
        spreads = np.array([of_means, of_blocks, of_repetitions, of_rest])
        free = np.array([np.ones_like(b), b - 1, r - 1, (b - 1) * (r - 1)])
        squares = np.array([b * r * (self.means - mean) ** 2, *self.squares])
        cost = np.log(total) + (free * np.log(spreads) + squares / spreads).sum()
        slopes = free / spreads - squares / spreads**2
        slopes[0] -= weights / of_means / total  # the mean is the best for these variances
        parts = np.array([b * r, r, b, np.ones_like(b)])  # of a variance in what depends on it
        depends = np.array([[1, 0, 0, 0], [1, 1, 0, 0], [1, 0, 1, 0], [1, 1, 1, 1]])
        return float(cost), ((depends @ slopes) * parts).sum(axis=1), mean, float(total**-0.5)


def fitted(gaps: Sequence[Floats]) -> tuple[float, float]:
    """Return the mean over cohorts like these, and its standard error.

    Parameters
    ----------
    gaps : sequence of ndarray, shape (n_blocks, n_repetitions)
        Finite differences, an array for each of two cohorts or more; not all the same.

    Returns
    -------
    mean, error : float
        By restricted maximum likelihood. Where no cohort has two blocks, neither blocks nor
        repetitions can be separated from the rest, and cohorts alone are random.
    """
    from scipy.optimize import minimize

    everything = np.concatenate([each.ravel() for each in gaps])
    scale = float(everything.std())
    spaces = _Eigenspaces.of([each / scale for each in gaps])
    is_random = np.array([1.0, *[float(spaces.blocks.max() > 1)] * 2, 1.0])

    def objective(logs: Floats) -> tuple[float, Floats]:
        variances = np.exp(logs) * is_random
        cost, slopes, *_ = spaces.fit(variances)
        return cost, slopes * variances

    ends = [
        minimize(
            objective,
            np.log(start),
            jac=True,
            method="L-BFGS-B",
            bounds=[(np.log(SMALLEST), np.log(LARGEST))] * 4,
            options={"ftol": 1e-13, "gtol": 1e-8},
        )
        for start in STARTS
    ]
    best = min(ends, key=lambda end: float(end.fun)).x
    *_, mean, error = spaces.fit(np.exp(best) * is_random)
    return mean * scale, error * scale

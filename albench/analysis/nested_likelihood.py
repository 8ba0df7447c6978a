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

LARGEST = 15.0
"""Of a variance over that of the rest, as the logarithm of one plus it: beyond, nothing changes."""

STARTS = (0.0, 1.0, 4.0)
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

    def fit(self, logs: Floats) -> tuple[float, float, float]:
        """Return minus twice the log likelihood, the mean, and its standard error.

        Parameters
        ----------
        logs : ndarray, shape (3,)
            Variances of cohorts, blocks and repetitions over that of the rest, each as the
            logarithm of one plus it. The rest's own is that of the largest likelihood.
        """
        cohort, block, repetition = np.expm1(logs)
        b, r = self.blocks, self.repetitions
        of_blocks, of_repetitions = 1 + r * block, 1 + b * repetition
        of_means = of_blocks + b * repetition + b * r * cohort
        weights = b * r / of_means
        mean = float(weights @ self.means / weights.sum())
        between_blocks, between_repetitions, rest = self.squares
        squares = weights @ (self.means - mean) ** 2 + rest.sum()
        squares += (between_blocks / of_blocks).sum() + (between_repetitions / of_repetitions).sum()
        n_free = (b * r).sum() - 1
        cost = n_free * np.log(max(squares, np.finfo(float).tiny)) + np.log(weights.sum())
        cost += np.log(of_means).sum() + ((b - 1) * np.log(of_blocks)).sum()
        cost += ((r - 1) * np.log(of_repetitions)).sum()
        return float(cost), mean, float(np.sqrt(squares / n_free / weights.sum()))


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

    spaces = _Eigenspaces.of(gaps)
    most = LARGEST * np.array([1.0, *[float(spaces.blocks.max() > 1)] * 2])
    ends = [
        minimize(
            lambda logs: spaces.fit(logs)[0],
            np.minimum(start, most),
            method="L-BFGS-B",
            bounds=[(0.0, one) for one in most],
            options={"ftol": 1e-13, "gtol": 1e-8},
        )
        for start in STARTS
    ]
    _, mean, error = spaces.fit(min(ends, key=lambda end: float(end.fun)).x)
    return mean, error

"""A class-balanced logistic regression of two groups of rows, few against a whole pool.

It is `softmax_head.fit_head` for two classes, but keeps one column of weights instead of two, whose
product with a pool takes a quarter of the time, and copies no rows. It is fitted to its minimum by
Newton's method: L-BFGS has not come near it after 100 steps, since a few labelled rows that weigh
as much as a pool make its curvature very unequal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.strategies.mathematics.joined import blocks
from albench.strategies.mathematics.softmax_head import balanced_costs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from albench.strategies.mathematics.joined import Rows
    from albench.strategies.query import Floats

    Doubles = NDArray[np.float64]

STALE = 0.03
"""A step that leaves a larger share of the slope needs the curvature where it is, not an old one.

To evaluate is a product with the rows, to make the curvature one for each column.
"""

OVERSHOT = 0.5
"""How steep it may be behind the bottom of a step's line, as a share of how steep it was before.

The loss itself says less: near the minimum its changes are rounding.
"""


class LogisticFits:
    """Fits of the same rows, each of which begins where the last one ended.

    Parameters
    ----------
    features : ndarray or Joined, shape (n, D)
        Finite vectors; each column is scaled to variance one first.
    ridge : float
        The penalty on half the squared weights of a softmax of two columns, beside a sum of losses.
    iterations : int
        The largest number of steps of a fit.
    tolerance : float
        A fit ends where no slope of the mean loss is steeper.
    """

    def __init__(
        self, features: Rows, *, ridge: float = 1.0, iterations: int = 100, tolerance: float = 1e-6
    ) -> None:
        self._parts = [features[part] for part in blocks(features)]  # copies at most across a seam
        self._n, self._dtype = len(features), features.dtype
        self._mean, self._scale = _moments(features, self._parts)
        # The two columns of a softmax are w / 2 and -w / 2, whose squares sum to half of w's.
        self._penalty = 0.5 * ridge
        self._iterations, self._tolerance = iterations, tolerance
        self._weights = np.zeros(features.shape[1] + 1)
        self._factor: tuple[Doubles, bool] | None = None

    def scores(self, positive: NDArray[np.bool_]) -> Doubles:
        """Return the log odds that rows are positive, fitted to all of them.

        Parameters
        ----------
        positive : ndarray of bool, shape (n,)
            Which rows are. Either group weighs the same, whatever its size; one may be empty.

        Returns
        -------
        ndarray of float64, shape (n,)
            Those of the only minimum, to the tolerance, wherever the fit begins.
        """
        from scipy.linalg import cho_factor, cho_solve

        costs = balanced_costs(positive.astype(np.intp), 2)
        sign = np.where(positive, 1.0, -1.0)
        scores, slope, chance = self._evaluated(self._weights, costs, sign)
        for _ in range(self._iterations):
            steepest = np.abs(slope).max()
            if steepest <= self._tolerance * self._n:
                break
            if self._factor is None:
                self._factor = cho_factor(self._curvature(costs * chance * (1 - chance)))
            step = cho_solve(self._factor, slope)
            fall = slope @ step
            while True:
                weights = self._weights - step
                scores, slope, chance = self._evaluated(weights, costs, sign)
                if not -(slope @ step) > OVERSHOT * fall:
                    break
                step, fall = step / 2, fall / 2
            self._weights = weights
            if np.abs(slope).max() > STALE * steepest:
                self._factor = None
        return scores

    def _evaluated(
        self, weights: Doubles, costs: Doubles, sign: Doubles
    ) -> tuple[Doubles, Doubles, Doubles]:
        """Return scores, the slope of the loss, and how likely each row is the other thing."""
        from scipy.special import expit

        by_column = weights[:-1] / self._scale
        own = by_column.astype(self._dtype)
        products = np.concatenate([part @ own for part in self._parts])
        scores = products + (weights[-1] - self._mean @ by_column)
        chance = expit(-sign * scores)
        residual = -costs * sign * chance
        total = residual.sum()
        pull = self._sum_of(residual.astype(self._dtype))
        slope = np.append((pull - self._mean * total) / self._scale, total)
        return scores, slope + self._penalty * weights, chance

    def _sum_of(self, residual: Floats) -> Doubles:
        """Return the columns' products with something of each row."""
        pull, start = np.zeros(len(self._mean)), 0
        for part in self._parts:
            pull += part.T @ residual[start : start + len(part)]
            start += len(part)
        return pull

    def _curvature(self, importance: Doubles) -> Doubles:
        """Return the second derivatives of the loss, where each row has some importance."""
        curvature = np.diag(np.full(len(self._mean) + 1, self._penalty))
        start = 0
        for part in self._parts:
            columns = np.empty((len(part), len(self._mean) + 1), dtype=self._dtype)
            columns[:, :-1] = (part - self._mean) / self._scale
            columns[:, -1] = 1
            columns *= np.sqrt(importance[start : start + len(part), None])
            curvature += columns.T @ columns
            start += len(part)
        return curvature


def _moments(features: Rows, parts: list[Floats]) -> tuple[Doubles, Doubles]:
    """Return the mean and the standard deviation of each column, with no float64 copy of all."""
    nothing = np.zeros(features.shape[1])
    sums = sum((part.sum(axis=0, dtype=np.float64) for part in parts), nothing)
    mean = sums / len(features)
    squares = sum((((part - mean) ** 2).sum(axis=0) for part in parts), nothing)
    scale = np.sqrt(squares / len(features))
    scale[scale <= 1e-6 * np.abs(mean) + 1e-12] = 1.0  # a constant column is rounding, not signal
    return mean, scale

"""A class-balanced logistic regression of two groups of rows, few against a whole pool.

It is `softmax_head.fit_head` for two classes, but keeps one column of weights instead of two, whose
product with a pool takes a quarter of the time, and copies no rows.
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


def logistic_scores(  # noqa: PLR0915  # an objective within
    features: Rows,
    positive: NDArray[np.bool_],
    *,
    ridge: float = 1.0,
    iterations: int = 100,
    tolerance: float = 1e-4,
) -> Doubles:
    """Return the log odds that rows are positive, fitted to all of them.

    Parameters
    ----------
    features : ndarray or Joined, shape (n, D)
        Finite vectors; each column is scaled to variance one first.
    positive : ndarray of bool, shape (n,)
        Which rows are. Either group weighs the same, whatever its size; one may be empty.
    ridge : float
        The penalty on half the squared weights of a softmax of two columns, beside a sum of losses.
    iterations : int
        The largest number of L-BFGS steps.
    tolerance : float
        It ends where no slope of the mean loss is steeper; scikit-learn's default.

    Returns
    -------
    ndarray of float64, shape (n,)
        Deterministic: the fit starts from zeros.
    """
    from scipy.optimize import minimize
    from scipy.special import expit

    parts = [features[part] for part in blocks(features)]  # a copy only across a seam of few rows
    mean, scale = _moments(features, parts)
    costs = balanced_costs(positive.astype(np.intp), 2)
    sign = np.where(positive, 1.0, -1.0)
    against, pulls = -sign, -costs * sign
    dtype = features.dtype
    products = np.empty(len(features), dtype=dtype)

    def scores(flat: Doubles) -> Doubles:
        weights = flat[:-1] / scale
        own = weights.astype(dtype)
        start = 0
        for part in parts:
            np.matmul(part, own, out=products[start : start + len(part)])
            start += len(part)
        return np.asarray(products + (flat[-1] - mean @ weights), dtype=np.float64)

    def objective(flat: Doubles) -> tuple[float, Doubles]:
        margins = against * scores(flat)  # negative where a row is on its own side
        # The two columns of a softmax are w / 2 and -w / 2, whose squares sum to half of w's.
        loss = costs @ np.logaddexp(0, margins) + 0.25 * ridge * (flat @ flat)
        residual = pulls * expit(margins)
        own = residual.astype(dtype)
        pull, start = np.zeros(len(mean)), 0
        for part in parts:
            pull += part.T @ own[start : start + len(part)]
            start += len(part)
        total = residual.sum()
        slope = np.append((pull - mean * total) / scale, total)
        return float(loss), slope + 0.5 * ridge * flat

    optimum = minimize(
        objective,
        np.zeros(len(mean) + 1),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": iterations, "gtol": tolerance * len(features)},
    )
    return scores(optimum.x)


def _moments(features: Rows, parts: list[Floats]) -> tuple[Doubles, Doubles]:
    """Return the mean and the standard deviation of each column, with no float64 copy of all."""
    nothing = np.zeros(features.shape[1])
    sums = sum((part.sum(axis=0, dtype=np.float64) for part in parts), nothing)
    mean = sums / len(features)
    squares = sum((((part - mean) ** 2).sum(axis=0) for part in parts), nothing)
    scale = np.sqrt(squares / len(features))
    scale[scale <= 1e-6 * np.abs(mean) + 1e-12] = 1.0  # a constant column is rounding, not signal
    return mean, scale

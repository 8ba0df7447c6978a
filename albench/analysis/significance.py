"""The level of a family of tests, and Holm's correction over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

ALPHA = 0.05
FEWEST_PAIRS = 6
"""Two-sided, Wilcoxon's test cannot go under 0.05 with fewer; no verdict is given then."""


def holm(p_values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return p values corrected by Holm's method; NaN is ignored.

    Parameters
    ----------
    p_values : ndarray of float, shape (..., n)
        Uncorrected; each family along the last axis.

    Returns
    -------
    ndarray of float, shape (..., n)
        At most 1.
    """
    order = np.argsort(p_values, axis=-1, kind="stable")  # NaN last
    n_valid = (~np.isnan(p_values)).sum(axis=-1, keepdims=True)
    factors = n_valid - np.arange(p_values.shape[-1])
    rising = np.maximum.accumulate(np.take_along_axis(p_values, order, -1) * factors, axis=-1)
    corrected = np.empty_like(p_values)
    np.put_along_axis(corrected, order, np.minimum(1.0, rising), -1)
    return corrected

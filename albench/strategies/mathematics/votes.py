"""Hard votes of dropout passes or committee members."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from albench.strategies.query import Floats


def vote_shares(passes: Iterable[Floats]) -> NDArray[np.float64]:
    """Return the share of passes in which each class is the most likely.

    Parameters
    ----------
    passes : iterable of ndarray, shape (n, n_classes)
        Probabilities of each pass or member; at least one.

    Returns
    -------
    ndarray of float64, shape (n, n_classes)
        Rows sum to one; NaN in any pass makes the row NaN.
    """
    shares, count = np.zeros((0, 0)), 0
    for proba in passes:
        if not count:
            shares = np.zeros(proba.shape)
        shares[np.arange(len(proba)), proba.argmax(axis=1)] += 1.0
        if np.isnan(proba).any():
            shares[np.isnan(proba).any(axis=1)] = np.nan
        count += 1
    shares /= count
    return shares

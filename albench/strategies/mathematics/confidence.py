"""How sure one prediction is: the largest probability, and its margin over the second."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.strategies.mathematics.entropies import BLOCK

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from albench.strategies.query import Floats


def lack_of_confidence(proba: Floats) -> NDArray[np.float64]:
    """Return one minus the largest probability of each row: 0 where the model is certain."""
    return np.asarray(1.0 - proba.max(axis=1).astype(np.float64))


def margin(proba: Floats) -> NDArray[np.float64]:
    """Return the difference of the two largest probabilities of each row.

    Parameters
    ----------
    proba : ndarray, shape (n, n_classes)
        Rows sum to one; a single class has margin 1.

    Returns
    -------
    ndarray of float64, shape (n,)
        0 where two classes are equally likely.
    """
    if proba.shape[1] < 2:
        return proba[:, 0].astype(np.float64)
    out = np.empty(len(proba))
    for start in range(0, len(proba), BLOCK):
        out[start : start + BLOCK] = _margin(proba[start : start + BLOCK])
    return out


def _margin(proba: Floats) -> NDArray[np.float64]:
    # Two passes over the columns beat a partition of every row when classes are few.
    best, second = proba[:, 0].copy(), np.full_like(proba[:, 0], -np.inf)
    for column in proba.T[1:]:
        second = np.maximum(second, np.minimum(best, column))
        best = np.maximum(best, column)
    return best.astype(np.float64) - second

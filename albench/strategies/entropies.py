"""Entropies in nats, in float64, with 0 log 0 = 0."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import entr

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from albench.strategies.query import Floats

BLOCK = 65_536
"""Rows at a time: float64 copies of a large float32 pool are never whole."""


def entropy(proba: Floats) -> NDArray[np.float64]:
    """Return the entropy of each row.

    Parameters
    ----------
    proba : ndarray, shape (n, n_classes)
        Rows sum to one; a row with NaN has entropy NaN.

    Returns
    -------
    ndarray of float64, shape (n,)
        0 to log(n_classes).
    """
    out = np.empty(len(proba))
    for start in range(0, len(proba), BLOCK):
        block = proba[start : start + BLOCK].astype(np.float64)
        # Rounding may leave a probability just under 0, where entr is -inf.
        out[start : start + BLOCK] = entr(np.maximum(block, 0.0)).sum(axis=1)
    return out


def mean_and_entropies(
    passes: Iterable[Floats],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the mean of the passes, and the mean of their entropies, keeping one pass at a time.

    Parameters
    ----------
    passes : iterable of ndarray, shape (n, n_classes)
        Probabilities of each dropout pass or committee member; at least one.

    Returns
    -------
    ndarray of float64, shape (n, n_classes)
        The mean over passes.
    ndarray of float64, shape (n,)
        The mean entropy.
    """
    total, entropies, count = np.zeros(()), np.zeros(()), 0
    for proba in passes:
        total = total + proba
        entropies = entropies + entropy(proba)
        count += 1
    return total / count, entropies / count


def mean_proba(passes: Iterable[Floats]) -> NDArray[np.float64]:
    """Return the mean of the passes, keeping one at a time.

    Parameters
    ----------
    passes : iterable of ndarray, shape (n, n_classes)
        Probabilities of each pass; at least one.

    Returns
    -------
    ndarray of float64, shape (n, n_classes)
        The mean over passes.
    """
    total, count = np.zeros(()), 0
    for proba in passes:
        total = total + proba
        count += 1
    mean: NDArray[np.float64] = total / count
    return mean


def mutual_information(passes: Iterable[Floats]) -> NDArray[np.float64]:
    """Return the entropy of the mean less the mean of the entropies: I(y; theta | x).

    Parameters
    ----------
    passes : iterable of ndarray, shape (n, n_classes)
        Probabilities under samples of theta; at least one.

    Returns
    -------
    ndarray of float64, shape (n,)
        0 where all passes agree.
    """
    mean, entropies = mean_and_entropies(passes)
    return np.maximum(entropy(mean) - entropies, 0.0)  # maximum keeps NaN

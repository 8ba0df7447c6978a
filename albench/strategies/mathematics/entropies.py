"""Entropies in nats, in float64, with 0 log 0 = 0."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from albench.strategies.query import Floats

BLOCK = 8192
"""Rows at a time, few enough for a cache: float64 copies of a large pool are never whole."""


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
        out[start : start + BLOCK] = spread(block)
    return out


def spread(values: Floats) -> Floats:
    """Return the sum of ``-x log x`` over each row.

    Parameters
    ----------
    values : ndarray of float, shape (n, m)
        What rounding left just under 0 counts as 0.

    Returns
    -------
    ndarray of float, shape (n,)
        Not negative; in the precision of `values`.
    """
    return np.asarray(-np.einsum("ij->i", weighted_logs(values)))


def weighted_logs(values: Floats) -> Floats:
    """Return ``x log x``, 0 of 0.

    Parameters
    ----------
    values : ndarray of float
        What rounding left just under 0 counts as 0.

    Returns
    -------
    ndarray of float
        In the precision of `values`. numpy's logarithm is several times as fast as the one in
        ``scipy.special.entr``.
    """
    if values.size and not values.min() > 0:  # NaN neither; the usual case needs no copy for zeros
        values = np.maximum(values, 0.0)
        # Where there is nothing, any logarithm will do: it is multiplied by 0.
        terms = np.log(np.maximum(values, np.finfo(values.dtype).tiny))
    else:
        terms = np.log(values)
    terms *= values
    return np.asarray(terms)


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
    remaining = iter(passes)
    first = next(remaining)
    total, entropies, count = first.astype(np.float64), entropy(first), 1
    for proba in remaining:
        total += proba
        entropies += entropy(proba)
        count += 1
    total /= count
    return total, entropies / count


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
    remaining = iter(passes)
    total, count = next(remaining).astype(np.float64), 1
    for proba in remaining:
        total += proba
        count += 1
    total /= count
    return total


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

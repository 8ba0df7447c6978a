"""Picking the best of scored candidates, with ties broken fairly."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def top(scores: ArrayLike, n: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Return the positions of the `n` largest scores, best first, ties in random order.

    Parameters
    ----------
    scores : array_like of float, shape (n_pool,)
        Larger is more wanted; NaN is wanted least.
    n : int
        How many; more than there are gives all.
    rng : numpy.random.Generator
        Breaks ties, so that a flat score does not select in pool order.

    Returns
    -------
    ndarray of int, shape (min(n, n_pool),)
        Distinct positions.

    Examples
    --------
    >>> top([0.1, 0.9, 0.5], 2, np.random.default_rng(0))
    array([1, 2])
    """
    values = np.nan_to_num(
        np.asarray(scores, dtype=float), nan=-np.inf, posinf=np.inf, neginf=-np.inf
    )
    n = min(n, len(values))
    if n == 0:
        return np.empty(0, dtype=np.intp)
    shuffled = rng.permutation(len(values))
    values = values[shuffled]
    # A partition finds the n-th value in O(n); only the n best are then sorted.
    threshold = np.partition(values, len(values) - n)[len(values) - n]
    above = np.flatnonzero(values > threshold)
    level = np.flatnonzero(values == threshold)[: n - len(above)]
    chosen = np.concatenate([above[np.argsort(-values[above], kind="stable")], level])
    picks: NDArray[np.intp] = shuffled[chosen]
    return picks

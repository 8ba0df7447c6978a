"""Squared Euclidean distances by matrix products, never (n, m, D) and never n x n."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from albench.strategies.query import Floats

ROUNDING = 16
"""Distances under this many roundings of the norms are 0: equal rows are at distance 0 exactly."""


CACHED = 2**15
"""How many numbers are worked on at a time, few enough for a cache."""


def squared_norms(rows: Floats) -> Floats:
    """Return the squared length of each row, ``(n,)``, in the precision of `rows`."""
    norms: Floats = np.einsum("ij,ij->i", rows, rows)
    return norms


def squared_distances(
    rows: Floats, others: Floats, row_norms: Floats, other_norms: Floats
) -> Floats:
    """Return the squared distance of every row to every other.

    Parameters
    ----------
    rows : ndarray, shape (n, D)
        Vectors; the caller keeps ``n * m`` small enough.
    others : ndarray, shape (m, D)
        Vectors.
    row_norms : ndarray, shape (n,)
        The squared lengths of `rows`.
    other_norms : ndarray, shape (m,)
        The squared lengths of `others`.

    Returns
    -------
    ndarray, shape (n, m)
        In the precision of `rows`.
    """
    return squared_from_products(rows @ others.T, row_norms, other_norms)


def squared_from_products(products: Floats, row_norms: Floats, other_norms: Floats) -> Floats:
    """Return squared distances from the products of rows.

    Parameters
    ----------
    products : ndarray, shape (n, m)
        Of every row with every other; overwritten.
    row_norms : ndarray, shape (n,)
        Squared lengths.
    other_norms : ndarray, shape (m,)
        Squared lengths.

    Returns
    -------
    ndarray, shape (n, m)
        `products`.
    """
    step = max(1, CACHED // len(other_norms)) if len(other_norms) else len(products)
    for start in range(0, len(products), step):
        squared = products[start : start + step]
        scale = row_norms[start : start + step, None] + other_norms
        squared *= -2
        squared += scale
        # |a|^2 + |b|^2 - 2ab cancels where a is nearly b; what is left is rounding, not distance.
        scale *= ROUNDING * np.finfo(squared.dtype).eps
        squared[squared < scale] = 0
    return products


def nearest_squared(rows: Floats, others: Floats, block: int = 2**20) -> Floats:
    """Return the squared distance of each row to the nearest of others, ``(n,)``.

    With none it is infinite. At most `block` distances are held at once; all is in the precision of
    `rows`.
    """
    nearest = np.full(len(rows), np.inf, dtype=rows.dtype)
    if len(others) == 0:
        return nearest
    row_norms, other_norms = squared_norms(rows), squared_norms(others)
    step = max(1, block // len(others))
    for start in range(0, len(rows), step):
        part = slice(start, start + step)
        distances = squared_distances(rows[part], others, row_norms[part], other_norms)
        nearest[part] = distances.min(axis=1)
    return nearest

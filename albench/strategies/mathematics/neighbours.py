"""Nearest neighbours by blocked matrix products and partial selection."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.strategies.mathematics.distances import squared_distances, squared_norms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from albench.strategies.query import Floats

BLOCK = 2**20
"""The largest number of distances held at once."""


def distance_blocks(rows: Floats, others: Floats) -> Iterator[tuple[slice, Floats]]:
    """Yield some rows, as a slice, and their squared distances to all others, ``(k, m)``.

    There is at least one other.
    """
    row_norms, other_norms = squared_norms(rows), squared_norms(others)
    step = max(1, BLOCK // len(others))
    for start in range(0, len(rows), step):
        part = slice(start, min(start + step, len(rows)))
        yield part, squared_distances(rows[part], others, row_norms[part], other_norms)


def mean_neighbour_distance(rows: Floats, k: int) -> NDArray[np.float64]:
    """Return the mean Euclidean distance of each row to its `k` nearest other rows, ``(n,)``.

    It is small where rows are dense. `k` is 1 or more; a single row is at distance 0.
    """
    out = np.zeros(len(rows))
    k = min(k, len(rows) - 1)
    if k == 0:
        return out
    for part, squared in distance_blocks(rows, rows):
        squared[np.arange(len(squared)), np.arange(part.start, part.stop)] = np.inf
        nearest = np.partition(squared, k - 1, axis=1)[:, :k]
        out[part] = np.sqrt(nearest, dtype=np.float64).mean(axis=1)
    return out


def nearest_neighbours(rows: Floats, others: Floats, k: int) -> NDArray[np.intp]:
    """Return the positions of the `k` nearest others of each row, in no order.

    Their shape is ``(n, min(k, m))``; there is at least one other, and `k` is 1 or more.
    """
    k = min(k, len(others))
    out = np.empty((len(rows), k), dtype=np.intp)
    for part, squared in distance_blocks(rows, others):
        out[part] = np.argpartition(squared, k - 1, axis=1)[:, :k]
    return out


def nearest_enemy(rows: Floats, groups: NDArray[np.intp]) -> Floats:
    """Return the squared distance of each row to the nearest row of another group, ``(n,)``.

    It is infinite if there is only one group.
    """
    out = np.empty(len(rows), dtype=rows.dtype)
    for part, squared in distance_blocks(rows, rows):
        squared[groups[part, None] == groups] = np.inf
        out[part] = squared.min(axis=1)
    return out

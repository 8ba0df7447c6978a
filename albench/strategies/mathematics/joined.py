"""Labelled rows and a pool as one array that is never made: a pool is not copied for a few rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from albench.strategies.query import Floats, Picks

BLOCK = 2**14
"""Rows that are looked at together."""


class Joined:
    """The rows of one array, then those of another.

    Parameters
    ----------
    first : ndarray, shape (n, D)
        Those in front.
    second : ndarray, shape (m, D)
        The others, in the same precision.
    """

    def __init__(self, first: Floats, second: Floats) -> None:
        self.first = first
        self.second = second
        self.dtype = second.dtype
        self.shape = (len(first) + len(second), second.shape[1])

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: slice | Picks) -> Floats:
        """Return some rows: a slice of one array as a view of it."""
        seam = len(self.first)
        if isinstance(rows, slice):
            start, stop, _ = rows.indices(len(self))
            if start >= seam:
                return self.second[start - seam : stop - seam]
            if stop <= seam:
                return self.first[start:stop]
            return np.concatenate([self.first[start:], self.second[: stop - seam]])
        out: Floats = np.empty((len(rows), self.shape[1]), dtype=self.dtype)
        early = rows < seam
        out[early], out[~early] = self.first[rows[early]], self.second[rows[~early] - seam]
        return out


Rows: TypeAlias = "Floats | Joined"


def blocks(rows: Rows, size: int = BLOCK) -> Iterator[slice]:
    """Yield slices that cover rows, some at a time, none across a seam of many rows.

    Parameters
    ----------
    rows : ndarray or Joined, shape (n, D)
        Any.
    size : int
        The largest number of rows in a slice.

    Yields
    ------
    slice
        In order.
    """
    seam = len(rows.first) if isinstance(rows, Joined) and len(rows) > size else 0
    for first, last in ((0, seam), (seam, len(rows))):
        for start in range(first, last, size):
            yield slice(start, min(start + size, last))

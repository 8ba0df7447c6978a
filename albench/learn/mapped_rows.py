"""Rows of a large file, looked up where they lie: no copy of a pool is held in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Array = NDArray[Any]  # float16, float32 or float64

IN_MEMORY = 2**26
"""Numbers of vectors, 256 MiB of float32, beyond which they are mapped and not held in memory."""

_AT_ONCE = 2**22
"""Numbers in one block."""


class MappedRows:
    """Some rows of an array that is mapped from a file, as far as a store needs an array.

    Parameters
    ----------
    array : ndarray, shape (n_rows, features)
        A memory map.
    rows : ndarray of int, shape (k,)
        Which of its rows there are; no others are given.
    """

    ndim = 2

    def __init__(self, array: Array, rows: NDArray[np.intp]) -> None:
        self._array = array
        self._rows = rows
        self.shape = (len(rows), array.shape[1])
        self.dtype = array.dtype

    def __len__(self) -> int:
        return len(self._rows)

    def take(self, positions: NDArray[np.intp], axis: int = 0) -> Array:
        """Return rows, as `numpy.ndarray.take` does.

        Parameters
        ----------
        positions : ndarray of int, shape (n,)
            Among the rows that there are.
        axis : int
            0.

        Returns
        -------
        ndarray, shape (n, features)
            A copy.
        """
        return self._array.take(self._rows[positions], axis=axis)

    def blocks(self) -> Iterator[Array]:
        """Yield all rows, some megabytes at once."""
        size = max(1, _AT_ONCE // self.shape[1])
        for start in range(0, len(self), size):
            yield self.take(np.arange(start, min(start + size, len(self))))


def is_mapped_large(array: Array) -> bool:
    """Return whether rows of an array of vectors are to be looked up instead of copied."""
    return isinstance(array, np.memmap) and array.ndim == 2 and array.size > IN_MEMORY

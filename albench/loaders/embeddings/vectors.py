"""Vectors as they lie in a file: their shape, how rows are read, and a digest of them all."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from albench.api import Complaint, DataError
from albench.loaders.grid import Grid

Floats = NDArray[np.floating[Any]]  # of 16, 32 or 64 bits
Rows = NDArray[np.intp]

_BYTES_AT_ONCE = 2**24


class Vectors(Protocol):
    """Vectors of one length, in a file or in several.

    Attributes
    ----------
    shape : tuple of int
        ``(n_rows, length)``.
    dtype : str
        The type that they have in the file, for notes.
    """

    @property
    def shape(self) -> tuple[int, int]:
        """``(n_rows, length)``."""

    @property
    def dtype(self) -> str:
        """The type that they have in the file, for notes."""

    def read(self, rows: Rows) -> Floats:
        """Return rows as they are in the file, but in the machine's own byte order."""


@dataclass(frozen=True, eq=False)
class ArrayVectors:
    """Vectors that are one array, in memory or mapped from a file.

    Parameters
    ----------
    array : ndarray, shape (n_rows, length)
        Of floats; bfloat16, which NumPy does not know, as uint16.
    """

    array: NDArray[Any]

    @property
    def shape(self) -> tuple[int, int]:
        """``(n_rows, length)``."""
        n_rows, length = self.array.shape
        return n_rows, length

    @property
    def dtype(self) -> str:
        """The type that they have in the file."""
        return "bfloat16" if self._is_bfloat16 else self.array.dtype.name

    @property
    def _is_bfloat16(self) -> bool:
        return self.array.dtype.kind == "u"

    def read(self, rows: Rows) -> Floats:
        """Return rows as they are in the file, but in the machine's own byte order."""
        values = np.take(self.array, rows, axis=0)
        if self._is_bfloat16:  # the upper half of a float32
            return (values.astype(np.uint32) << 16).view(np.float32)
        return values.astype(values.dtype.newbyteorder("="), copy=False)


@dataclass(frozen=True, eq=False)
class Shards:
    """Vectors that continue from one file to the next.

    Parameters
    ----------
    parts : sequence of Vectors
        Of one length, in their order.
    """

    parts: Sequence[Vectors]

    @property
    def shape(self) -> tuple[int, int]:
        """``(n_rows, length)``."""
        return sum(part.shape[0] for part in self.parts), self.parts[0].shape[1]

    @property
    def dtype(self) -> str:
        """The type that they have in the files."""
        return " and ".join(sorted({part.dtype for part in self.parts}))

    def read(self, rows: Rows) -> Floats:
        """Return rows, numbered through all files, of the widest type among them."""
        ends = np.cumsum([part.shape[0] for part in self.parts])
        owners = np.searchsorted(ends, rows, side="right")
        if len(rows) and (owners.max() == len(ends) or rows.min() < 0):
            raise IndexError(f"rows are 0 to {ends[-1] - 1}, found {rows.min()} to {rows.max()}")
        types = [np.float32 if "bfloat16" in p.dtype else np.dtype(p.dtype) for p in self.parts]
        out = np.empty((len(rows), self.shape[1]), dtype=np.result_type(*types))
        for number in np.unique(owners):
            chosen = owners == number
            begin = ends[number] - self.parts[number].shape[0]
            out[chosen] = self.parts[number].read(rows[chosen] - begin)
        return out


@dataclass(frozen=True, eq=False)
class Opened:
    """What a file of embeddings holds.

    Parameters
    ----------
    vectors : Vectors
        Their values.
    columns : Grid or None
        What stands beside them in the same file, row for row.
    """

    vectors: Vectors
    columns: Grid | None = None


def digest(vectors: Vectors) -> str:
    """Return a hash of all vectors, read block by block.

    Parameters
    ----------
    vectors : Vectors
        Any.

    Returns
    -------
    str
        64 hexadecimal digits; the same for one file as for its shards.
    """
    hashed = hashlib.sha256()
    for rows in blocks(vectors.shape):
        values = vectors.read(rows)
        little = values.astype(values.dtype.newbyteorder("<"), copy=False)
        hashed.update(np.ascontiguousarray(little).data)
    return hashed.hexdigest()


def blocks(shape: tuple[int, int]) -> Iterator[Rows]:
    """Yield all row numbers, so many at once as make 16 megabytes.

    Parameters
    ----------
    shape : (int, int)
        Rows and length.

    Yields
    ------
    ndarray of int
        Ascending.
    """
    n_rows, length = shape
    size = max(1, _BYTES_AT_ONCE // (4 * length))
    for start in range(0, n_rows, size):
        yield np.arange(start, min(start + size, n_rows))


def require_floats(file: Path, shape: Sequence[int], dtype: str) -> None:
    """Refuse an array that is no table of vectors.

    Parameters
    ----------
    file : Path
        Where it comes from.
    shape : sequence of int
        Of the array.
    dtype : str
        The name of its type.

    Raises
    ------
    DataError
        If it has not two dimensions, holds no row, or is not of floats.
    """
    shown = " x ".join(map(str, shape)) or "a single number"
    if len(shape) != 2:
        pool = "; average or concatenate the others first" if len(shape) > 2 else ""
        problem = f"holds {shown}, expected one row per vector: two dimensions{pool}"
        raise DataError([Complaint(str(file), problem)])
    if 0 in shape:
        raise DataError([Complaint(str(file), f"holds no vector: its shape is {shown}")])
    if dtype not in ("float16", "float32", "float64", "bfloat16"):
        problem = (
            f"holds {dtype}, expected float16, bfloat16, float32 or float64: save it with "
            ".astype('float32')"
        )
        raise DataError([Complaint(str(file), problem)])

"""An array on disk whose content is known to be what was written.

The file is a plain ``.npy``, so that people can read it, but its header is never parsed here: shape
and type come from the description, and a checksum covers both and every byte of the file. Nothing
is unpickled, whatever the file holds.

Reading a file to its end costs as much as using it, so it is done once a process, and a process
hands what it found on to its children. They compare size, time of change and inode. That suffices
within a run: albench places a file by renaming a new one over it and never writes into one that is
in place, so other content means another inode. What decays on the disk between the check and a
child's reading is not seen before the next run, which checks again.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from albench.cohort.array_description import ArrayDescription
from albench.errors import Complaint, DataError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Array = NDArray[Any]  # of the dtype that the description says


@dataclass(frozen=True)
class Stamp:
    """What changes when a file is replaced or written to."""

    size: int
    changed_ns: int
    inode: int

    @classmethod
    def of(cls, handle: BinaryIO) -> Stamp:
        """Return the stamp of an open file."""
        status = os.fstat(handle.fileno())
        return cls(status.st_size, status.st_mtime_ns, status.st_ino)


@dataclass(frozen=True, kw_only=True)
class StoredArray:
    """An array on disk that has been verified, as a process describes it to its children.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    description : ArrayDescription
        What it holds.
    checksum : str
        Of description and file.
    stamp : Stamp
        The file's when it was verified.
    """

    path: Path
    description: ArrayDescription
    checksum: str
    stamp: Stamp

    @classmethod
    def of_plain(cls, plain: object) -> StoredArray:
        """Return what `plain` gave, which may come from a process that has run plugins.

        Parameters
        ----------
        plain : object
            Whatever JSON can hold.

        Returns
        -------
        StoredArray
            Its types checked; `open` finds out whether it is true.

        Raises
        ------
        ValueError
            If it is no such thing.
        """
        description = ArrayDescription.of_plain(plain)
        match plain:
            case {
                "path": str(path),
                "crc32": str(checksum),
                "stamp": [int(size), int(changed_ns), int(inode)],
            } if description is not None:
                stamp = Stamp(size, changed_ns, inode)
                return cls(path=Path(path), description=description, checksum=checksum, stamp=stamp)
        raise ValueError(f"no stored array: {plain!r}")

    def plain(self) -> dict[str, Any]:  # strings, and lists of int
        """Return it as plain data, for `of_plain`."""
        stamp = [self.stamp.size, self.stamp.changed_ns, self.stamp.inode]
        place = {"path": str(self.path), "crc32": self.checksum, "stamp": stamp}
        return self.description.plain() | place

    def open(self) -> Array:
        """Return the array, which is only read in full if the file has been replaced since.

        Returns
        -------
        ndarray
            A read-only memory map.

        Raises
        ------
        DataError
            If the file is gone or holds something else by now.
        """
        with _opened(self.path) as handle:
            if Stamp.of(handle) != self.stamp:
                _require_intact(self.path, handle, self.description, self.checksum)
            return _mapped(self.path, handle, self.description)


_VERIFIED: dict[Path, StoredArray] = {}
"""What this process has read in full: at most one entry a file."""


def verified(path: Path, description: ArrayDescription, checksum: str) -> StoredArray:
    """Return an array on disk after reading all of it, unless this process has done so before.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    description : ArrayDescription
        What it should hold.
    checksum : str
        What was noted when it was written.

    Returns
    -------
    StoredArray
        To be opened here or in a child.

    Raises
    ------
    DataError
        If there is no such file, it cannot be read, or its content is not what was written.
    """
    with _opened(path) as handle:
        stored = StoredArray(
            path=path, description=description, checksum=checksum, stamp=Stamp.of(handle)
        )
        if _VERIFIED.get(path) != stored:
            _require_intact(path, handle, description, checksum)
            _VERIFIED[path] = stored
    return stored


def in_place(path: Path, key: str) -> StoredArray:
    """Return somebody else's ``.npy`` file as a stored array, after reading all of it.

    Parameters
    ----------
    path : pathlib.Path
        A file of one array, in C order.
    key : str
        What decides its content.

    Returns
    -------
    StoredArray
        To be opened here or in a child; what is written to the file later is noticed.

    Raises
    ------
    DataError
        If it cannot be read.
    """
    whole = Path(os.path.abspath(path))  # noqa: PTH100  # as memory maps name it, links kept
    array = np.load(whole, mmap_mode="r", allow_pickle=False)
    description = ArrayDescription(key=key, shape=array.shape, dtype=array.dtype.str)
    with _opened(whole) as handle:
        stamp = Stamp.of(handle)
        _header_size(whole, handle, description)
        checksum = description.checksum(handle)
    stored = StoredArray(path=whole, description=description, checksum=checksum, stamp=stamp)
    _VERIFIED[whole] = stored
    return stored


def remembered(array: Array) -> StoredArray | None:
    """Return where an array lies, if it is all of a file that this process has verified.

    Parameters
    ----------
    array : ndarray
        Any.

    Returns
    -------
    StoredArray or None
        As `verified` gave it.
    """
    name = getattr(array, "filename", None)  # a slice of a memory map has it too
    stored = _VERIFIED.get(Path(name)) if name is not None else None
    whole = stored and (stored.description.shape, stored.description.dtype) == (
        array.shape,
        array.dtype.str,
    )
    return stored if whole else None


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        if path.exists() and not path.is_file():  # a pipe would be waited for
            raise _damage(path, "is not a file")
        # The name as a string: a memory map remembers no other.
        handle = open(os.fspath(path), "rb")  # noqa: PTH123, SIM115  # closed below
    except OSError as error:
        raise _damage(path, f"cannot be read: {error.strerror}") from error
    except ValueError as error:  # a NUL or a lone surrogate, as a child may tell
        raise _damage(path, f"cannot be a file's name: {error}") from error
    with handle:
        try:
            yield handle
        except OSError as error:  # in the midst of reading
            raise _damage(path, f"cannot be read: {error.strerror}") from error


def _require_intact(
    path: Path, handle: BinaryIO, description: ArrayDescription, checksum: str
) -> None:
    _header_size(path, handle, description)
    if (actual := description.checksum(handle)) != checksum:
        raise _damage(path, f"has the checksum {actual}, but {checksum} was written")


def _mapped(path: Path, handle: BinaryIO, description: ArrayDescription) -> Array:
    offset = _header_size(path, handle, description)
    array: Array = np.memmap(
        handle, dtype=description.dtype, mode="r", offset=offset, shape=description.shape
    )
    return array


def _header_size(path: Path, handle: BinaryIO, description: ArrayDescription) -> int:
    """Return the bytes before the array, which follow from the sizes."""
    size = os.fstat(handle.fileno()).st_size - description.n_bytes
    if size < 0:
        raise _damage(path, "is shorter than what was written")
    return size


def _damage(path: Path, problem: str) -> DataError:
    return DataError([Complaint(str(path), problem)])

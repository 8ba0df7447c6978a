"""A cache of arrays on disk, shared by all cells and processes as memory maps."""

from __future__ import annotations

import contextlib
import hashlib
import os
import warnings
from dataclasses import replace
from pathlib import Path
from tempfile import mkstemp
from typing import TYPE_CHECKING, Any

import numpy as np
from filelock import FileLock
from numpy.lib.format import open_memmap

from albench.cache_folder import default_folder
from albench.cohort.array_description import ArrayDescription
from albench.cohort.sidecar import Sidecar, read_sidecar
from albench.cohort.stored_array import remembered, verified
from albench.errors import Complaint, DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import DTypeLike, NDArray

    from albench.cohort.stored_array import StoredArray

    Array = NDArray[Any]  # of the dtype that was asked for when it was built


class FeatureCache:
    """Arrays on disk under string keys, written once and then only read.

    An entry is a ``.npy`` file and a ``.json`` file beside it that says what it is, with a checksum
    of both. An entry appears by one atomic rename, so that a reader sees all of it or nothing,
    whichever process is killed; it is verified when it is first opened in a process, and one that
    is damaged, or of an albench that kept no checksum, is named and made again.

    Parameters
    ----------
    folder : pathlib.Path or None
        Made when first needed; None is `default_folder`.
    tell : callable
        Given a sentence about each entry that is made again; by default a warning.
    """

    def __init__(
        self, folder: Path | None = None, tell: Callable[[str], None] = warnings.warn
    ) -> None:
        # Memory maps name their file in full, however the folder is given.
        self.folder = (default_folder() if folder is None else Path(folder)).absolute()
        self._tell = tell

    def get(self, key: str) -> Array | None:
        """Return the array of a key, or None if it is not there or not whole.

        Parameters
        ----------
        key : str
            What `build` was given.

        Returns
        -------
        ndarray or None
            A read-only memory map.
        """
        try:
            stored = self._stored(key)
            return None if stored is None else stored.open()
        except DataError:
            return None

    def build(
        self,
        key: str,
        shape: tuple[int, ...],
        dtype: DTypeLike,
        fill: Callable[[Array], None],
        note: str = "",
    ) -> Array:
        """Return the array of a key, filling it first if it is not there: `store`, opened.

        Parameters
        ----------
        key : str
            As of `store`, like all the others.
        shape : tuple of int
            The shape of the array.
        dtype : data-type
            Its type.
        fill : callable
            Writes every element.
        note : str
            For people.

        Returns
        -------
        ndarray
            A read-only memory map.

        Raises
        ------
        DataError
            As of `store`.
        """
        return self.store(key, shape, dtype, fill, note).open()

    def store(
        self,
        key: str,
        shape: tuple[int, ...],
        dtype: DTypeLike,
        fill: Callable[[Array], None],
        note: str = "",
    ) -> StoredArray:
        """Return where the array of a key lies, verified, filling it first if it is not there.

        Of several processes that ask at once one fills it and the others wait.

        Parameters
        ----------
        key : str
            Everything that decides the content.
        shape : tuple of int
            The shape of the array.
        dtype : data-type
            Its type, of numbers.
        fill : callable
            Writes every element of the array it is given; what it raises is passed on, and leaves
            no entry.
        note : str
            What a person reads in the ``.json`` file.

        Returns
        -------
        StoredArray
            To be opened here or in a child.

        Raises
        ------
        DataError
            If the folder cannot be written to, the disk is full, or the array is not of numbers.
        """
        wanted = ArrayDescription(key=key, shape=tuple(map(int, shape)), dtype=np.dtype(dtype).str)
        if not wanted.is_of_numbers:
            problem = f"its type is {wanted.dtype}; only numbers can be cached"
            raise DataError([Complaint(f"the array {note or key!r}", problem)])
        with contextlib.suppress(DataError):
            if ready := self._stored(key, wanted):
                return ready
        with self._alone(key):
            try:
                ready = self._stored(key, wanted)
            except DataError as damage:  # told here, where nobody else is writing
                self._tell(f"{damage}; it is made again")
                ready = None
            return ready or self._write(wanted, fill, note)

    def stored(self, array: Array) -> StoredArray | None:
        """Return where an array of this cache lies, to be opened in a child.

        Parameters
        ----------
        array : ndarray
            What `get` or `build` gave in this process.

        Returns
        -------
        StoredArray or None
            None if it is of no file that this process has verified.
        """
        return remembered(array)

    def _stored(self, key: str, wanted: ArrayDescription | None = None) -> StoredArray | None:
        """Return a verified entry or None; raise `DataError` for one that cannot be used."""
        data, sidecar = self._paths(key)
        try:
            if not data.exists() or not sidecar.exists():
                return None
        except OSError as error:  # a folder that may not be looked into
            raise DataError([Complaint(str(data), f"cannot be read: {error.strerror}")]) from error
        noted = read_sidecar(sidecar)
        if noted.description != (wanted or replace(noted.description, key=key)):
            raise DataError([Complaint(str(sidecar), "describes something else")])
        return verified(data, noted.description, noted.checksum)

    def _write(
        self, wanted: ArrayDescription, fill: Callable[[Array], None], note: str
    ) -> StoredArray:
        data, sidecar = self._paths(wanted.key)
        _require_free(data, sidecar)
        with _disk_complaints(self.folder):
            part = self._part(data)
        try:
            with _disk_complaints(self.folder):
                array = open_memmap(part, mode="w+", dtype=wanted.dtype, shape=wanted.shape)
                _reserve(part)
            fill(array)
            with _disk_complaints(self.folder):
                array.flush()
                with part.open("rb") as handle:
                    noted = Sidecar(wanted, wanted.checksum(handle), note)
                # The description goes first: data without one are not an entry.
                self._place_text(noted.text(), sidecar)
                part.replace(data)
        finally:
            part.unlink(missing_ok=True)
        return verified(data, wanted, noted.checksum)

    def _place_text(self, text: str, target: Path) -> None:
        part = self._part(target)
        part.write_text(text, encoding="utf-8")
        part.replace(target)

    def _part(self, target: Path) -> Path:
        handle, name = mkstemp(prefix=f"{target.name}.", suffix=".part", dir=self.folder)
        os.close(handle)
        return Path(name)

    def _paths(self, key: str) -> tuple[Path, Path]:
        name = hashlib.sha256(key.encode(errors="backslashreplace")).hexdigest()[:32]
        return self.folder / f"{name}.npy", self.folder / f"{name}.json"

    @contextlib.contextmanager
    def _alone(self, key: str) -> Iterator[None]:
        """Keep others from doing the same work; only a saving, since the rename is atomic."""
        data, _ = self._paths(key)
        file = data.with_suffix(".lock")
        _require_free(file)
        with _disk_complaints(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            # Not a singleton: each thread has to wait for the others' locks.
            lock = FileLock(file, thread_local=False, is_singleton=False)
            is_locked = _locked(lock)
        try:
            if is_locked:
                for left in self.folder.glob(f"{data.stem}.*.part"):  # of a process that was killed
                    left.unlink(missing_ok=True)
            yield
        finally:
            lock.release()


def _require_free(*files: Path) -> None:
    """Raise `DataError` if something that is not a file lies where a file has to go."""
    there = [path for path in files if path.exists() and not path.is_file()]
    if there:
        advice = "a file of the cache belongs there: remove it, or set ALBENCH_CACHE elsewhere"
        raise DataError([Complaint(str(path), f"is not a file, but {advice}") for path in there])


def _locked(lock: FileLock) -> bool:
    try:
        lock.acquire()
    except NotImplementedError:  # some network file systems have no locks
        return False
    return True


def _reserve(path: Path) -> None:
    """Take the disk space at once: a full disk met through a memory map kills the process."""
    if hasattr(os, "posix_fallocate"):
        with path.open("r+b") as handle:
            os.posix_fallocate(handle.fileno(), 0, path.stat().st_size)


@contextlib.contextmanager
def _disk_complaints(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        advice = "free space there, or set ALBENCH_CACHE to a folder on another disk"
        raise DataError(
            [Complaint(str(folder), f"the cache cannot be written: {error.strerror}; {advice}")]
        ) from error

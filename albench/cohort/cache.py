"""A cache of arrays on disk, shared by all cells and processes as memory maps."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
from pathlib import Path
from tempfile import mkstemp
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib.format import open_memmap

from albench.errors import Complaint, DataError

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import DTypeLike, NDArray

    Array = NDArray[Any]  # of the dtype that was asked for when it was built


def default_folder() -> Path:
    """Return where the cache lies: ``$ALBENCH_CACHE``, else ``albench`` in the user's cache folder.

    Returns
    -------
    pathlib.Path
        It need not exist yet.
    """
    if chosen := os.environ.get("ALBENCH_CACHE"):
        return Path(chosen).expanduser()
    if base := os.environ.get("XDG_CACHE_HOME"):
        return Path(base).expanduser() / "albench"
    return Path.home() / ".cache" / "albench"


class FeatureCache:
    """Arrays on disk under string keys, written once and then only read.

    An entry is a ``.npy`` file and a ``.json`` file beside it that says what it is. An entry
    appears by one atomic rename, so that a reader sees all of it or nothing, whoever is killed.

    Parameters
    ----------
    folder : pathlib.Path or None
        Made when first needed; None is `default_folder`.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = default_folder() if folder is None else Path(folder)

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
        data, sidecar = self._paths(key)
        try:
            told = json.loads(sidecar.read_text(encoding="utf-8"))
            array: Array = np.load(data, mmap_mode="r", allow_pickle=False)
        except (
            FileNotFoundError,
            NotADirectoryError,
            ValueError,
            EOFError,
        ):  # absent, truncated, or not an array
            return None
        found = {"key": key, "shape": list(array.shape), "dtype": array.dtype.str}
        return array if isinstance(told, dict) and found.items() <= told.items() else None

    def build(
        self,
        key: str,
        shape: tuple[int, ...],
        dtype: DTypeLike,
        fill: Callable[[Array], None],
        note: str = "",
    ) -> Array:
        """Return the array of a key, filling it first if it is not there.

        Of several processes that ask at once one fills it and the others wait.

        Parameters
        ----------
        key : str
            Everything that decides the content.
        shape : tuple of int
            The shape of the array.
        dtype : data-type
            Its type.
        fill : callable
            Writes every element of the array it is given; what it raises is passed on, and leaves
            no entry.
        note : str
            What a person reads in the ``.json`` file.

        Returns
        -------
        ndarray
            A read-only memory map.

        Raises
        ------
        DataError
            If the folder cannot be written to or the disk is full.
        """
        if (ready := self.get(key)) is not None:
            return ready
        with _disk_complaints(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
        with self._alone(key):
            if (ready := self.get(key)) is None:
                self._write(key, shape, np.dtype(dtype), fill, note)
                ready = self.get(key)
        if ready is None:
            raise DataError(
                [Complaint(str(self.folder), f"the entry just written for {key!r} cannot be read")]
            )
        return ready

    def _write(
        self,
        key: str,
        shape: tuple[int, ...],
        dtype: np.dtype[Any],
        fill: Callable[[Array], None],
        note: str,
    ) -> None:
        data, sidecar = self._paths(key)
        part = self._part(data)
        try:
            with _disk_complaints(self.folder):
                array = open_memmap(part, mode="w+", dtype=dtype, shape=shape)
                _reserve(part)
            fill(array)
            told = {"key": key, "note": note, "shape": list(shape), "dtype": dtype.str}
            with _disk_complaints(self.folder):
                array.flush()
                # The description goes first: data without one are not an entry.
                self._place_text(json.dumps(told, indent=1) + "\n", sidecar)
                part.replace(data)
        finally:
            part.unlink(missing_ok=True)

    def _place_text(self, text: str, target: Path) -> None:
        part = self._part(target)
        part.write_text(text, encoding="utf-8")
        part.replace(target)

    def _part(self, target: Path) -> Path:
        handle, name = mkstemp(prefix=f"{target.name}.", suffix=".part", dir=self.folder)
        os.close(handle)
        return Path(name)

    def _paths(self, key: str) -> tuple[Path, Path]:
        name = hashlib.sha256(key.encode()).hexdigest()[:32]
        return self.folder / f"{name}.npy", self.folder / f"{name}.json"

    @contextlib.contextmanager
    def _alone(self, key: str) -> Iterator[None]:
        """Keep others from doing the same work; only a saving, since the rename is atomic."""
        data, _ = self._paths(key)
        with data.with_suffix(".lock").open("w") as handle:
            if _locked(handle.fileno()):
                for left in self.folder.glob(f"{data.stem}.*.part"):  # of a process that was killed
                    left.unlink(missing_ok=True)
            yield


def _locked(descriptor: int) -> bool:
    if sys.platform == "win32":  # two processes may then do the same work twice
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    except OSError:  # some network file systems have no locks
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

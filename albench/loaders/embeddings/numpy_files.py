"""Vectors in NumPy's own files, mapped into memory wherever they lie there uncompressed."""

import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from albench.api import Complaint, DataError
from albench.api.nearest import did_you_mean
from albench.loaders.embeddings.vectors import ArrayVectors, Opened, require_floats
from albench.loaders.grid import Grid

_LOCAL_HEADER = 30
"""Bytes of a member's header in a ZIP archive, before its name and its extra field."""


def open_npy(path: Path, key: str | None) -> Opened:
    """Return the vectors of a ``.npy`` file, mapped into memory.

    Parameters
    ----------
    path : Path
        The file.
    key : str or None
        None, since it holds one array alone.

    Returns
    -------
    Opened
        Nothing is read yet.

    Raises
    ------
    DataError
        If it holds Python objects, is cut off, or is not of vectors.
    """
    if key is not None:
        problem = f"found {key!r}, but {path.name} holds one array without a name: leave it out"
        raise DataError([Complaint("option 'key'", problem)])
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise DataError([Complaint(str(path), _unreadable(error))]) from error
    require_floats(path, array.shape, array.dtype.name)
    return Opened(ArrayVectors(array))


def open_npz(path: Path, key: str | None) -> Opened:
    """Return the vectors of a ``.npz`` archive, and its arrays of one value per vector.

    Parameters
    ----------
    path : Path
        What ``numpy.savez`` wrote, which is mapped, or ``numpy.savez_compressed``, which is
        unpacked into memory.
    key : str or None
        The array; None takes the only one of two dimensions.

    Returns
    -------
    Opened
        With columns.

    Raises
    ------
    DataError
        If it is no such archive, or has no such array.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            shapes = {name: _header(path, name)[0] for name in archive.files}
            name = _chosen(path, key, [x for x, shape in shapes.items() if len(shape) == 2], shapes)
            array = _mapped(path, name)
            array = archive[name] if array is None else array
            require_floats(path, array.shape, array.dtype.name)
            beside = {x: archive[x] for x, shape in shapes.items() if shape == array.shape[:1]}
    except (ValueError, EOFError, KeyError, zipfile.BadZipFile, zlib.error) as error:
        raise DataError([Complaint(str(path), _unreadable(error))]) from error
    columns = {x: _cells(values) for x, values in beside.items()}
    grid = Grid(path, columns, tuple(range(1, len(array) + 1)), unit="row")
    return Opened(ArrayVectors(array), grid if columns else None)


def choose(path: Path, key: str | None, possible: list[str], there: list[str]) -> str:
    """Return the name of the array that is meant.

    Parameters
    ----------
    path : Path
        The file.
    key : str or None
        What the user says.
    possible : list of str
        Arrays that may be vectors.
    there : list of str
        All arrays.

    Returns
    -------
    str
        One that is there.

    Raises
    ------
    DataError
        If there is none of that name, or several could be meant.
    """
    listed = ", ".join(map(repr, there)) or "nothing"
    if key is not None:
        if key not in there:
            problem = f"has no {key!r}{did_you_mean(key, there) or ';'} there is {listed}"
            raise DataError([Complaint(str(path), problem)])
        return key
    if len(possible) != 1:
        which = "several arrays may be meant" if possible else "none of its arrays are vectors"
        problem = f"{which}: name one with the option 'key'; there is {listed}"
        raise DataError([Complaint(str(path), problem)])
    return possible[0]


def _chosen(
    path: Path, key: str | None, possible: list[str], shapes: dict[str, tuple[int, ...]]
) -> str:
    return choose(path, key, possible, list(shapes))


def _header(path: Path, name: str) -> tuple[tuple[int, ...], bool, np.dtype[Any], int]:
    """Return shape, order and type of a member, and the bytes of its header."""
    with zipfile.ZipFile(path) as archive, archive.open(f"{name}.npy") as member:
        version = np.lib.format.read_magic(member)
        reader = (
            np.lib.format.read_array_header_1_0
            if version == (1, 0)
            else np.lib.format.read_array_header_2_0
        )
        shape, is_fortran, dtype = reader(member)
        return shape, is_fortran, dtype, member.tell()


def _mapped(path: Path, name: str) -> NDArray[Any] | None:
    """Return a member as a memory map; None if it is compressed."""
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo(f"{name}.npy")
    if info.compress_type != zipfile.ZIP_STORED:
        return None
    shape, is_fortran, dtype, header = _header(path, name)
    if dtype.hasobject or 0 in shape:
        return None
    with path.open("rb") as stream:
        stream.seek(info.header_offset)
        local = stream.read(_LOCAL_HEADER)
    extra = int.from_bytes(local[26:28], "little") + int.from_bytes(local[28:30], "little")
    offset = info.header_offset + _LOCAL_HEADER + extra + header
    array: NDArray[Any] = np.memmap(
        path, dtype=dtype, mode="r", offset=offset, shape=shape[::-1] if is_fortran else shape
    )
    return array.T if is_fortran else array


def _cells(values: NDArray[Any]) -> NDArray[Any]:
    return values if values.dtype.kind in "iufb" else values.astype(object)


def _unreadable(error: Exception) -> str:
    if "allow_pickle" in str(error):
        return "holds Python objects, which can run code: save an array of floats instead"
    return f"is not a readable NumPy file: {error}"

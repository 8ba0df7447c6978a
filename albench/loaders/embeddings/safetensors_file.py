"""Vectors in a safetensors file, mapped into memory."""

import json
from pathlib import Path

import numpy as np

from albench.api import Complaint, DataError
from albench.loaders.embeddings.numpy_files import choose
from albench.loaders.embeddings.vectors import ArrayVectors, Opened, require_floats

_TYPES = {
    "F16": ("float16", "<f2"),
    "F32": ("float32", "<f4"),
    "F64": ("float64", "<f8"),
    "BF16": ("bfloat16", "<u2"),
}
_LENGTH = 8
"""Bytes that hold the length of the header."""


def open_safetensors(path: Path, key: str | None) -> Opened:
    """Return the vectors of one tensor of a file.

    Parameters
    ----------
    path : Path
        The file.
    key : str or None
        The tensor; None takes the only one of two dimensions.

    Returns
    -------
    Opened
        Mapped: nothing is read yet.

    Raises
    ------
    DataError
        If it is no such file, or has no such tensor.
    """
    from safetensors import SafetensorError, safe_open  # here, as few cohorts have such a file

    try:
        with safe_open(path, framework="np") as file:  # verifies the header
            shapes = {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118  # no mapping
    except SafetensorError as error:
        raise DataError([Complaint(str(path), f"is not a safetensors file: {error}")]) from error
    possible = [name for name, shape in shapes.items() if len(shape) == 2]
    name = choose(path, key, possible, list(shapes))
    with path.open("rb") as stream:
        size = int.from_bytes(stream.read(_LENGTH), "little")
        header = json.loads(stream.read(size))[name]
    dtype, spelled = _TYPES.get(header["dtype"], (header["dtype"], ""))
    require_floats(path, shapes[name], dtype)
    offset = _LENGTH + size + header["data_offsets"][0]
    array = np.memmap(path, dtype=spelled, mode="r", offset=offset, shape=shapes[name])
    return Opened(ArrayVectors(array))

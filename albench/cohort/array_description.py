"""What a cached array is: its key, shape and type, and the checksum of these and of its file."""

from __future__ import annotations

import math
import re
import zlib
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np

_CHUNK = 2**20
"""Bytes read at once: larger ones leave the processor's cache and are no faster."""

_NUMBERS = re.compile(r"\|[biu]1|[<>]([iu][248]|f[248]|c8|c16)")


@dataclass(frozen=True, kw_only=True)
class ArrayDescription:
    """What a file should hold.

    Parameters
    ----------
    key : str
        What decides the content.
    shape : tuple of int
        The shape of the array.
    dtype : str
        NumPy's short name of its type, with the byte order: ``<f4``.
    """

    key: str
    shape: tuple[int, ...]
    dtype: str

    @classmethod
    def of_plain(cls, plain: object) -> ArrayDescription | None:
        """Return what plain data describe, or None if it is not an array of numbers.

        Parameters
        ----------
        plain : object
            Whatever JSON can hold; a dict may have more than is looked at.

        Returns
        -------
        ArrayDescription or None
            Its types checked.
        """
        match plain:
            case {"key": str(key), "shape": [*sides], "dtype": str(dtype)} if all(
                map(_is_count, sides)
            ):
                description = cls(key=key, shape=tuple(sides), dtype=dtype)
                return description if description.is_of_numbers else None
        return None

    def plain(self) -> dict[str, Any]:  # strings and a list of int
        """Return it as plain data, for `of_plain`."""
        return {"key": self.key, "shape": list(self.shape), "dtype": self.dtype}

    @property
    def is_of_numbers(self) -> bool:
        """Whether the bytes are numbers, so that none is ever taken for an address."""
        return _NUMBERS.fullmatch(self.dtype) is not None

    @property
    def n_bytes(self) -> int:
        """The size of the array without the file's header."""
        return math.prod(self.shape) * np.dtype(self.dtype).itemsize

    def checksum(self, handle: BinaryIO) -> str:
        """Return the checksum of this description and a file.

        CRC-32 finds every flipped bit and every damage that is at most four bytes long, overlooks
        other damage once in four billion times, and is the fastest that Python brings
        (``benchmarks/speed/cache_checksum.py``). It is no protection against forgery; nothing that
        is read here is ever run.

        Parameters
        ----------
        handle : file
            Opened for reading bytes; read to its end.

        Returns
        -------
        str
            8 hexadecimal digits.
        """
        # A damaged description must not give the right bytes another shape or type.
        value = zlib.crc32(f"{self.key}\n{self.shape}\n{self.dtype}\n".encode(errors="replace"))
        buffer = bytearray(_CHUNK)
        view = memoryview(buffer)
        while read := handle.readinto(buffer):  # type: ignore[attr-defined]  # typeshed's BinaryIO lacks it
            value = zlib.crc32(view[:read], value)
        return f"{value:08x}"


def _is_count(value: object) -> bool:
    return type(value) is int and value >= 0  # True is an int too

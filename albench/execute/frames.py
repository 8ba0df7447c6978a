"""Messages and checkpoints as bytes: plain values and raw arrays under a checksum, never code."""

from __future__ import annotations

import hashlib
import json
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import safetensors.numpy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

MAGIC = b"albench1"
MAX_BYTES = 2**33
"""What a frame may hold: weights can be gigabytes, but not every announced length is believed."""

_HEADER = struct.Struct(">8sQ32s")  # magic, length of the body, its SHA-256
_PLAIN = "plain"
_PREFIX = "array "


class DamagedFrame(ValueError):
    """Bytes that are no frame, or not the one that was written."""


@dataclass(frozen=True, eq=False)
class Message:
    """What one process sends another, or what a file stores.

    Parameters
    ----------
    kind : str
        What it is.
    plain : mapping of str to object
        Values that JSON holds.
    arrays : mapping of str to ndarray
        Of numbers or booleans.
    """

    kind: str
    plain: Mapping[str, Any] = field(default_factory=dict)  # each kind has its own
    arrays: Mapping[str, NDArray[Any]] = field(default_factory=dict)  # of numbers


def to_frame(message: Message) -> bytes:
    """Return a message as bytes.

    Parameters
    ----------
    message : Message
        What to write.

    Returns
    -------
    bytes
        For `from_frame` or a `FrameReader`.
    """
    text = json.dumps({"kind": message.kind, **message.plain}).encode()
    tensors = {_PLAIN: np.frombuffer(text, dtype=np.uint8)}
    for name, array in message.arrays.items():
        tensors[_PREFIX + name] = np.ascontiguousarray(array)
    body = safetensors.numpy.save(tensors)
    return _HEADER.pack(MAGIC, len(body), hashlib.sha256(body).digest()) + body


def from_frame(content: bytes) -> Message:
    """Return the message of one whole frame.

    Parameters
    ----------
    content : bytes
        From anywhere.

    Returns
    -------
    Message
        As it was written; what it means is for the reader to check.

    Raises
    ------
    DamagedFrame
        If the bytes are anything else.
    """
    reader = FrameReader()
    messages = reader.feed(content)
    if len(messages) != 1 or reader.has_rest:
        raise DamagedFrame("expected one whole frame")
    return messages[0]


class FrameReader:
    """Turns a stream of bytes into messages, as they come.

    Parameters
    ----------
    max_bytes : int
        The longest frame that is waited for; what is announced to be longer is no frame.
    """

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._rest = bytearray()
        self._max_bytes = max_bytes

    @property
    def has_rest(self) -> bool:
        """Whether a frame has begun that is not whole."""
        return bool(self._rest)

    def feed(self, content: bytes) -> list[Message]:
        """Return the messages that are whole now.

        Parameters
        ----------
        content : bytes
            What came next.

        Returns
        -------
        list of Message
            In the order in which they were written.

        Raises
        ------
        DamagedFrame
            If what came is no frame; nothing behind it can be read.
        """
        self._rest += content
        messages = []
        while (message := self._next()) is not None:
            messages.append(message)
        return messages

    def _next(self) -> Message | None:
        begun = bytes(self._rest[: len(MAGIC)])
        if not MAGIC.startswith(begun):
            raise DamagedFrame("the bytes begin as no frame does")
        if len(self._rest) < _HEADER.size:
            return None
        _, length, digest = _HEADER.unpack_from(self._rest)
        if length > self._max_bytes:
            limit = self._max_bytes
            raise DamagedFrame(f"a frame of {length} bytes is announced; {limit} are allowed")
        if len(self._rest) < _HEADER.size + length:
            return None
        body = bytes(self._rest[_HEADER.size : _HEADER.size + length])
        del self._rest[: _HEADER.size + length]
        if hashlib.sha256(body).digest() != digest:
            raise DamagedFrame("the checksum of a frame does not hold")
        return _message(body)


def _message(body: bytes) -> Message:
    try:
        tensors = safetensors.numpy.load(body)
        plain = json.loads(tensors.pop(_PLAIN).tobytes())
        kind = plain.pop("kind")
    # The checksum shows that it was written so, not by whom: any fault of the content may be met.
    except Exception as error:
        raise DamagedFrame(f"a frame cannot be read: {type(error).__name__}") from error
    if not isinstance(kind, str) or not all(name.startswith(_PREFIX) for name in tensors):
        raise DamagedFrame("a frame does not hold a message")
    arrays = {name.removeprefix(_PREFIX): array for name, array in tensors.items()}
    return Message(kind, plain, arrays)

"""Messages come back as they were sent, in whatever pieces; anything else is refused."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import struct
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given, settings
from hypothesis import strategies as st

from albench.execute.frames import (
    MAGIC,
    MAX_BYTES,
    DamagedFrame,
    FrameReader,
    Message,
    from_frame,
    to_frame,
)

if TYPE_CHECKING:
    from pathlib import Path

ARRAYS: dict[str, np.ndarray] = {
    "picks": np.arange(5),
    "proba": np.full((2, 3), 1 / 3, dtype=np.float32),
    "nothing": np.empty((0, 2), dtype=np.float32),
    "state": np.frombuffer(b"weights", dtype=np.uint8),
}
PLAIN = {"round": 3, "text": "Fibrose \ud800 é", "list": [1, 2.5, None]}


def same(one: Message, other: Message) -> bool:
    return (
        (one.kind, dict(one.plain)) == (other.kind, dict(other.plain))
        and one.arrays.keys() == other.arrays.keys()
        and all(
            one.arrays[name].dtype == other.arrays[name].dtype
            and np.array_equal(one.arrays[name], other.arrays[name])
            for name in one.arrays
        )
    )


@given(sizes=st.lists(st.integers(1, 400), min_size=1, max_size=8))
def test_messages_come_back_in_whatever_pieces_they_arrive(sizes: list[int]) -> None:
    sent = [Message("round", PLAIN, ARRAYS), Message("asks"), Message("picks", {"round": 1})]
    content = b"".join(map(to_frame, sent))
    reader, got, at = FrameReader(), [], 0
    while at < len(content):
        size = sizes[at % len(sizes)]
        got += reader.feed(content[at : at + size])
        at += size
    assert len(got) == 3
    assert all(map(same, sent, got))
    assert not reader.has_rest


@settings(max_examples=300)
@given(content=st.binary(max_size=200), is_framed=st.booleans())
def test_other_bytes_are_refused_and_never_anything_else(content: bytes, is_framed: bool) -> None:
    with pytest.raises(DamagedFrame):
        from_frame(framed(content) if is_framed else content)


def framed(body: bytes) -> bytes:
    """Return a frame whose checksum holds, whatever is in it."""
    return struct.pack(">8sQ32s", MAGIC, len(body), hashlib.sha256(body).digest()) + body


def saying(text: bytes, **more: np.ndarray) -> bytes:
    return framed(safetensors.numpy.save({"plain": np.frombuffer(text, dtype=np.uint8), **more}))


@pytest.mark.parametrize(
    "content",
    [
        saying(b"[]"),
        saying(b"{}"),
        saying(b'{"kind": 3}'),
        saying(b"[" * 100_000),
        saying(b"\xff\xfe"),
        saying(b'{"kind": "round"}', other=np.arange(3)),
        framed(safetensors.numpy.save({"array picks": np.arange(3)})),
        framed(struct.pack("<Q", 2**40)),
    ],
)
def test_a_frame_with_odd_content_is_refused_though_its_checksum_holds(content: bytes) -> None:
    with pytest.raises(DamagedFrame):
        from_frame(content)


def test_an_announced_length_is_not_believed_without_end() -> None:
    with pytest.raises(DamagedFrame, match="are allowed"):
        FrameReader().feed(struct.pack(">8sQ32s", MAGIC, MAX_BYTES + 1, b""))


def test_one_flipped_bit_is_noticed() -> None:
    content = to_frame(Message("round", PLAIN, ARRAYS))
    for place in range(0, len(content), 7):
        flipped = bytearray(content)
        flipped[place] ^= 1
        with pytest.raises(DamagedFrame):
            from_frame(bytes(flipped))


def test_numbers_json_has_no_sign_for_come_back_as_they_are_and_are_for_the_reader_to_refuse() -> (
    None
):
    assert json.dumps(from_frame(to_frame(Message("m", {"x": float("nan")}))).plain["x"]) == "NaN"


class Runs:
    """Runs a command when it is unpickled."""

    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (self.command,)


def test_a_pickle_is_refused_and_not_run(tmp_path: Path) -> None:
    content = pickle.dumps(Runs(f"touch {tmp_path / 'ran'}"))
    objects = np.empty(1, dtype=object)
    with pytest.raises(DamagedFrame):
        from_frame(framed(content))
    with pytest.raises(safetensors.SafetensorError, match="dtype"):
        to_frame(Message("m", arrays={"a": objects}))
    assert not (tmp_path / "ran").exists()

"""Round checkpoints: what a killed cell needs to resume where it was, to the same bytes."""

from __future__ import annotations

import contextlib
import errno
import shutil
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, TypeGuard, TypeVar

import numpy as np

from albench.atomic_file import replacing
from albench.errors import AlbenchError
from albench.execute.frames import DamagedFrame, Message, from_frame, to_frame
from albench.records.schema import MeasuredPart, Round

if TYPE_CHECKING:
    from pathlib import Path

SUFFIX = ".checkpoint"
KIND = "checkpoint 1"
"""What the file says it is; the number is raised when an older reader could not read it."""

_DISK_IS_DONE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO)
"""Faults of the disk, which end a run; any other fault is of one cell's file."""

Record = TypeVar("Record", MeasuredPart, Round)


@dataclass(frozen=True)
class Checkpoint:
    """A cell at the end of a round.

    Parameters
    ----------
    part : MeasuredPart
        What its rounds are measured on.
    rounds : tuple of Round
        All so far.
    labelled : tuple of int
        The labelled candidates in the order of their purchase.
    state : bytes
        The model's weights and buffers; opened by the cell's child alone.
    """

    part: MeasuredPart
    rounds: tuple[Round, ...]
    labelled: tuple[int, ...]
    state: bytes


def save(path: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint; a kill leaves the old one or the new one, whole.

    Parameters
    ----------
    path : Path
        Where.
    checkpoint : Checkpoint
        What.

    Raises
    ------
    OSError
        If the disk takes no more.
    AlbenchError
        If something else is in its place that cannot be removed.
    """
    content = to_frame(
        Message(
            KIND,
            {
                "part": vars(checkpoint.part),
                "rounds": [vars(entry) for entry in checkpoint.rounds],
                "labelled": list(checkpoint.labelled),
            },
            {"state": np.frombuffer(checkpoint.state, dtype=np.uint8)},
        )
    )
    place(path, content)


def place(path: Path, content: bytes) -> None:
    """Write the bytes of a checkpoint; a kill leaves the old one or the new one, whole.

    They are a frame, written here or received from another host. What is raised is as of `save`.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as part:
            part.write_bytes(content)
            if path.is_dir():
                shutil.rmtree(path)
    except OSError as error:
        if error.errno in _DISK_IS_DONE:
            raise
        raise AlbenchError(f"its checkpoint cannot be written: {path}: {error.strerror}") from error


def remove(path: Path) -> None:
    """Remove a checkpoint that nothing needs any more.

    Parameters
    ----------
    path : Path
        May be missing, or a folder that somebody put there; what cannot be removed stays.
    """
    with contextlib.suppress(OSError):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def load(path: Path) -> Checkpoint | None:
    """Return a checkpoint, if there is one that can be read.

    Parameters
    ----------
    path : Path
        A file that `save` wrote, or that anybody put there: it is read as data and never run.

    Returns
    -------
    Checkpoint or None
        None also for a damaged file, or one of another albench: the cell then starts again.
    """
    try:
        message = from_frame(path.read_bytes())
    except (OSError, DamagedFrame):
        return None
    return _checkpoint(message) if message.kind == KIND else None


def _checkpoint(message: Message) -> Checkpoint | None:
    plain, state = message.plain, message.arrays.get("state")
    labelled, rounds = plain.get("labelled"), plain.get("rounds")
    part = _record(MeasuredPart, plain.get("part"))
    if part is None or state is None or state.dtype != np.uint8:
        return None
    if not isinstance(rounds, list) or not _are_numbers(labelled):
        return None
    entries = [_record(Round, entry) for entry in rounds]
    sound = tuple(entry for entry in entries if entry is not None)
    if len(sound) != len(entries) or not _follow(sound, labelled):
        return None
    return Checkpoint(part, sound, tuple(labelled), state.tobytes())


def _record(kind: type[Record], content: object) -> Record | None:
    """Return a record if all its fields are there and of the types that are written."""
    if not isinstance(content, dict) or content.keys() != {field.name for field in fields(kind)}:
        return None
    if not all(_fits(str(field.type), content[field.name]) for field in fields(kind)):
        return None
    return kind(**content)


def _fits(annotation: str, value: Any) -> bool:
    if annotation == "dict[str, int]":
        return isinstance(value, dict) and all(map(_is_number, value.values()))
    if annotation == "dict[str, float]":  # published scores: a run has none
        return isinstance(value, dict) and not value
    if annotation == "list[int]":
        return _are_numbers(value)
    if annotation == "list[str]":
        return isinstance(value, list) and all(type(entry) is str for entry in value)
    if annotation == "int":
        return _is_number(value)
    return type(value) is {"float": float, "str": str}[annotation]


def _are_numbers(values: object) -> TypeGuard[list[int]]:
    return isinstance(values, list) and all(map(_is_number, values))


def _is_number(value: object) -> bool:
    """Return whether a value is a whole number that an array can hold."""
    return type(value) is int and -(2**63) <= value < 2**63


def _follow(rounds: tuple[Round, ...], labelled: list[int]) -> bool:
    """Return whether the rounds are 0, 1, ... and bought just what is labelled."""
    bought = [candidate for entry in rounds for candidate in entry.picked]
    return (
        bool(rounds)
        and [entry.round for entry in rounds] == list(range(len(rounds)))
        and bought == labelled
    )

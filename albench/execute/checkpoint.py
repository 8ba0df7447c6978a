"""Round checkpoints: what a killed cell needs to go on where it was, to the same bytes."""

from __future__ import annotations

import pickle
import secrets
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from albench.records.schema import Part, Round


@dataclass(frozen=True)
class Checkpoint:
    """A cell at the end of a round.

    Parameters
    ----------
    part : Part
        What its rounds are measured on.
    rounds : tuple of Round
        All so far.
    labelled : tuple of int
        The labelled candidates in the order of their purchase.
    state : bytes
        The model's weights and buffers.
    """

    part: Part
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
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    temporary.write_bytes(pickle.dumps(checkpoint))
    temporary.replace(path)


def load(path: Path) -> Checkpoint | None:
    """Return a checkpoint, if there is one that can be read.

    Parameters
    ----------
    path : Path
        A file that `save` wrote in this results folder.

    Returns
    -------
    Checkpoint or None
        None also for a damaged file, or one of an older albench: the cell then starts anew.
    """
    try:
        found = pickle.loads(path.read_bytes())  # noqa: S301  # our own file, in our own folder
    except (FileNotFoundError, EOFError, pickle.UnpicklingError, AttributeError, TypeError):
        return None
    return found if isinstance(found, Checkpoint) and _is_whole(found) else None


def _is_whole(found: Checkpoint) -> bool:
    """Return whether nothing is missing that this albench keeps; pickling does not ask."""
    parts: tuple[Part | Round, ...] = (found.part, *found.rounds)
    return all(vars(part).keys() == {field.name for field in fields(part)} for part in parts)

"""How a run is carried out, which events it reports, and which cells are done already."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from albench.execute.devices import Devices
from albench.execute.processes import context, start_server

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.context import BaseContext
    from pathlib import Path

    from albench.planning import Cell
    from albench.records.schema import Finished

PRELOAD = tuple(
    f"albench.execute.{name}"
    for name in ("ignore_interrupts", "preload", "own_plugins", "preloaded")
)
"""What the fork server imports, in this order."""

LOGS = "work/logs"
"""Where in a results folder what a child prints is kept, a file for each cell and each round 0."""


@dataclass(frozen=True)
class Progress:
    """Something that happened, for a watcher.

    Parameters
    ----------
    kind : str
        ``prepare``; ``notice``; ``begin``, of a cell or of a repetition's round 0; ``round zero``,
        the end of a round 0; ``round``, the end of one; ``retry``, of a cell that is tried again,
        with the cause; or ``cell``, the end of one.
    cell : Cell or None
        Which cell; of a round 0, any cell of its repetition.
    finished : Finished or None
        How the cell ended.
    text : str
        What else there is to say.
    round : int or None
        Which round ended; 0 if it is a round 0 that begins.
    """

    kind: str
    cell: Cell | None = None
    finished: Finished | None = None
    text: str = ""
    round: int | None = None


def one_at_a_time(watch: Callable[[Progress], None]) -> Callable[[Progress], None]:
    """Return a watcher that several threads may call, and that passes on one event at a time."""
    lock = threading.Lock()

    def watch_one(progress: Progress) -> None:
        with lock:
            watch(progress)

    return watch_one


@dataclass(frozen=True)
class RunSettings:
    """How a run is carried out; no part of any cell's identity.

    Parameters
    ----------
    results : Path
        The results folder.
    cache : Path
        The folder of the feature cache.
    jobs : int
        How many cells run at once.
    cell_seconds : float
        The hard limit of a cell's wall time.
    memory_mb : float or None
        The hard limit of a cell's resident memory, in MiB.
    devices : Devices
        What children share; by default they compute on whatever this process sees.
    lockstep : bool
        Whether cells may share a child, in which they learn in lockstep.
    """

    results: Path
    cache: Path
    jobs: int
    cell_seconds: float
    memory_mb: float | None
    devices: Devices = field(default_factory=Devices)
    lockstep: bool = True


def process_context() -> BaseContext:
    """Return how children start, with albench's own plugins imported already."""
    return context(PRELOAD)


def expect_children() -> None:
    """Let the fork server begin its imports, which take seconds, while a run is being planned.

    If it cannot be started, the first child says so.
    """
    with suppress(OSError):
        start_server(process_context())

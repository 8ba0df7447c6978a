"""What runs in the workers of a Dask cluster: one task supervises the child of one unit.

All that must outlive a worker lies in a folder of its host, beside the feature cache: checkpoints,
and finished cells until the driver has acknowledged them.
"""

from __future__ import annotations

import json
import multiprocessing
import shutil
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from filelock import FileLock

from albench.atomic_file import write_atomically
from albench.cache_folder import default_folder
from albench.engines.plan_description import open_description
from albench.errors import AlbenchError, InputError
from albench.execute.cell_supervisor import CellSupervisor
from albench.execute.devices import choose
from albench.execute.untouched import require_untouched
from albench.records.schema import CellStatus

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from albench.engines.plan_description import PlanDescription
    from albench.execute.run import Progress
    from albench.planning import Cell


@dataclass(frozen=True)
class Assignment:
    """A unit as the driver gives it to a worker.

    Parameters
    ----------
    description : PlanDescription
        The run.
    unit : str
        The unit's name.
    cell : str
        The identity of its cell; of a round 0, of any cell of the repetition.
    is_round_zero : bool
        Whether it is a round 0.
    round_zero : bytes or None
        The checkpoint after round 0, if this host may not have it.
    may_be_lost : bool
        False if the unit runs alone, so that the end of the fork server is its own doing.
    """

    description: PlanDescription
    unit: str
    cell: str
    is_round_zero: bool
    round_zero: bytes | None
    may_be_lost: bool


@dataclass(frozen=True)
class WorkerAnswer:
    """Outcome of an assignment; plain data, checked by the driver.

    Parameters
    ----------
    finished : dict or None
        The record of a cell.
    status, reason, seconds : str, str, float
        Of a round 0.
    round_zero : bytes or None
        The checkpoint after it.
    refusal : str
        Why this worker takes no work of this run.
    is_lost : bool
        Whether it ended through no fault that can be known.
    """

    finished: dict[str, Any] | None = None
    status: str = ""
    reason: str = ""
    seconds: float = 0.0
    round_zero: bytes | None = None
    refusal: str = ""
    is_lost: bool = False


def carry_out(given: Assignment) -> WorkerAnswer:
    """Carry a unit out, or wait for it if this host is at it, or return what is kept of it.

    Parameters
    ----------
    given : Assignment
        By the driver; perhaps not for the first time.

    Returns
    -------
    WorkerAnswer
        A finished cell is on this host's disk when this returns.
    """
    _allow_children()
    kept = _kept(given.description.id, given.cell)
    with _alone(given):
        if not given.is_round_zero and kept.is_file():
            return WorkerAnswer(finished=json.loads(kept.read_text(encoding="utf-8")))
        try:
            worker = _worker(given.description)
            return worker.round_zero(given) if given.is_round_zero else worker.cell(given, kept)
        except InputError as error:
            return WorkerAnswer(refusal=str(error))
        except AlbenchError as error:  # a process that prepares data was killed
            return WorkerAnswer(is_lost=True, reason=str(error))


class _Worker:
    """A run as this process carries it out."""

    def __init__(self, described: PlanDescription) -> None:
        folder = _folder(described.id)
        opened = open_description(described, folder, _unheard, choose())
        require_untouched()
        self._cells = opened.cells
        self._supervisor = CellSupervisor(opened.resolved, opened.blocks.of, opened.settings, _over)
        self._never = threading.Event()

    def round_zero(self, given: Assignment) -> WorkerAnswer:
        cell = self._cells[given.cell]
        outcome = self._supervisor.round_zero(cell, self._never)
        path = self._supervisor.round_zero_path(cell)
        round_zero = path.read_bytes() if outcome.status is CellStatus.OK else None
        return WorkerAnswer(
            status=outcome.status,
            reason=outcome.reason,
            seconds=outcome.seconds,
            round_zero=round_zero,
        )

    def cell(self, given: Assignment, kept: Path) -> WorkerAnswer:
        cell = self._cells[given.cell]
        path = self._supervisor.round_zero_path(cell)
        if given.round_zero is not None and not path.is_file():
            _place(path, given.round_zero)
        attempt = self._supervisor.cell(cell, self._never, may_be_lost=given.may_be_lost)
        if attempt.is_lost:
            return WorkerAnswer(is_lost=True, reason=attempt.finished.reason)
        require_untouched()  # by now, a plugin's thread may have replaced what scored it
        finished = attempt.finished.to_json()
        _place(kept, json.dumps(finished).encode())
        self._supervisor.forget(cell, attempt.finished)
        return WorkerAnswer(finished=finished)


def kept_cells(run: str) -> list[dict[str, Any]]:
    """Return the finished cells of a run that lie on this host.

    They are plain records, which nobody has acknowledged. A run is named by `PlanDescription.id`.
    """
    files = sorted((_folder(run) / "finished").glob("*.json"))
    return [json.loads(path.read_text(encoding="utf-8")) for path in files]


def busy_units(run: str) -> list[str]:
    """Return the units of a run that this process is at: perhaps for a driver that has gone."""
    return [unit for name, unit in list(_busy) if name == run]


def acknowledge(run: str, cell: str) -> None:
    """Forget a finished cell of a run, by its identity: the driver has it on its disk."""
    _kept(run, cell).unlink(missing_ok=True)


def forget_run(run: str) -> None:
    """Remove all that this host keeps of a run that is over."""
    if not kept_cells(run) and not busy_units(run):
        shutil.rmtree(_folder(run), ignore_errors=True)


_busy: list[tuple[str, str]] = []
_opening = threading.Lock()
_workers: dict[str, _Worker] = {}


def _worker(described: PlanDescription) -> _Worker:
    with _opening:  # of several threads one opens the data
        if described.id not in _workers:
            _workers.clear()  # one run at a time: a cohort may be large
            _workers[described.id] = _Worker(described)
        return _workers[described.id]


@contextmanager
def _alone(given: Assignment) -> Iterator[None]:
    """Let one process of this host, and one thread of it, be at a unit at a time."""
    lock = _folder(given.description.id) / "units" / f"{given.unit}.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    # Not a singleton: each thread has to wait for the others' locks.
    with FileLock(lock, thread_local=False, is_singleton=False):
        entry = given.description.id, given.unit
        _busy.append(entry)
        try:
            yield
        finally:
            _busy.remove(entry)


def _allow_children() -> None:
    """Let this process have children though a nanny has started it as a daemon.

    A daemon of `multiprocessing` may have none, so that none outlives it; ours end by themselves
    when their supervisor does.
    """
    multiprocessing.current_process()._config["daemon"] = False  # type: ignore[attr-defined]


def _folder(run: str) -> Path:
    return default_folder() / "dask" / run


def _kept(run: str, cell: str) -> Path:
    return _folder(run) / "finished" / f"{cell}.json"


def _place(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, content)


def _unheard(_: Progress) -> None:
    """Ignores events about data prepared here."""


def _over(_: Cell, __: int, ___: int) -> None:
    """Ignores events about rounds that end here."""

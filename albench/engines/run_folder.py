"""A results folder that several processes work in: what to do, what is done, and who is there."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from albench.atomic_file import write_atomically
from albench.engines.plan_description import PlanDescription
from albench.errors import Complaint, InputError
from albench.execute.supervise import Outcome
from albench.records.results_folder import require_folder
from albench.records.schema import CellStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SHARED = Path("work") / "shared"
STALE_SECONDS = 180.0
"""How long a worker may be silent; network file systems may show a time of change a minute late."""

_TASK = "task.json"


@dataclass(frozen=True)
class SharedTask:
    """What workers find in a folder: the run, and how long one of them may be silent.

    Parameters
    ----------
    description : PlanDescription
        The run.
    stale_seconds : float
        After which silence its work is taken over.
    """

    description: PlanDescription
    stale_seconds: float


def write_task(results: Path, task: SharedTask, done: Sequence[str]) -> None:
    """Prepare a folder for workers; what failed before will be tried again.

    Parameters
    ----------
    results : Path
        A results folder with the run in its journal, and no worker.
    task : SharedTask
        What there is to do.
    done : sequence of str
        Cells that have succeeded already.
    """
    shared = results / SHARED
    for name in ("done", "leases", "workers"):
        shutil.rmtree(shared / name, ignore_errors=True)
        (shared / name).mkdir(parents=True)
    marks = DoneMarks(results)
    for name in done:
        marks.mark(name, CellStatus.OK)
    content = {"run": task.description.plain(), "stale_seconds": task.stale_seconds}
    write_atomically(shared / _TASK, json.dumps(content, indent=1).encode())


def read_task(results: Path) -> SharedTask:
    """Return what there is to do in a folder.

    Parameters
    ----------
    results : Path
        Prepared by ``albench run SPEC --engine shared-folder``.

    Returns
    -------
    SharedTask
        As it was written.

    Raises
    ------
    InputError
        If there is nothing of the kind, or it is damaged.
    """
    require_folder(results)
    path = results / SHARED / _TASK
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return SharedTask(PlanDescription(**content["run"]), float(content["stale_seconds"]))
    except FileNotFoundError:
        problem = "no run for workers is here: `albench run SPEC --engine shared-folder` makes one"
    except OSError as error:
        problem = f"cannot be read: {error.strerror}"
    except (ValueError, KeyError, TypeError):
        problem = f"{path} is damaged; `albench run SPEC --engine shared-folder` makes it again"
    raise InputError([Complaint(str(results), problem)])


class DoneMarks:
    """Which units are done, as files that are made once.

    Parameters
    ----------
    results : Path
        The results folder.
    """

    def __init__(self, results: Path) -> None:
        self._folder = results / SHARED / "done"

    def names(self) -> set[str]:
        """Return the units that are done."""
        return {
            entry.name for entry in os.scandir(self._folder) if not entry.name.endswith(".part")
        }

    def has(self, name: str) -> bool:
        """Return whether a unit is done."""
        return (self._folder / name).exists()

    def mark(self, name: str, status: CellStatus, reason: str = "", seconds: float = 0.0) -> None:
        """Mark a unit as done; doing it twice is doing it once.

        Parameters
        ----------
        name : str
            Of the unit.
        status : CellStatus
            How it ended.
        reason : str
            Why it failed.
        seconds : float
            Wall time.
        """
        content = {"status": status, "reason": reason, "seconds": seconds}
        write_atomically(self._folder / name, json.dumps(content).encode())

    def outcome(self, name: str) -> Outcome | None:
        """Return how a unit ended, or None if it is not done."""
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            content: dict[str, Any] = json.loads((self._folder / name).read_text(encoding="utf-8"))
            status = CellStatus(content["status"])
            return Outcome(status, None, str(content["reason"]), float(content["seconds"]), 0.0)
        return None


class Presence:
    """A worker's sign of life, for processes that want the folder exclusively.

    Parameters
    ----------
    results : Path
        The results folder.
    worker : str
        The worker's name.
    """

    def __init__(self, results: Path, worker: str) -> None:
        self._path = results / SHARED / "workers" / f"{worker}.json"

    def beat(self) -> None:
        """Tell that it is there still."""
        with contextlib.suppress(OSError):
            os.utime(self._path)

    def __enter__(self) -> Presence:
        content = {"host": socket.gethostname(), "pid": os.getpid()}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(self._path, json.dumps(content).encode())
        return self

    def __exit__(self, *_: object) -> None:
        self._path.unlink(missing_ok=True)


def workers_at(results: Path) -> list[str]:
    """Return the workers of a folder that have given a sign of life of late.

    They are called ``process 123 on host``; there are none in a folder that is not shared.
    """
    folder = results / SHARED / "workers"
    if not folder.is_dir():
        return []
    try:
        stale_seconds = read_task(results).stale_seconds
    except InputError:
        stale_seconds = STALE_SECONDS
    clock = folder / f"clock-{secrets.token_hex(4)}"
    clock.touch()
    now = clock.stat().st_mtime
    clock.unlink()
    return list(_recent(folder.glob("*.json"), now - stale_seconds))


def require_no_workers(results: Path) -> None:
    """Raise `InputError`, which names them, if workers are busy in a folder."""
    if workers := workers_at(results):
        problem = (
            f"workers are busy in it: {', '.join(workers[:5])}; wait for them, stop them (one that "
            "was killed counts as busy for some minutes), or choose another folder with --output"
        )
        raise InputError([Complaint(str(results), problem)])


def _recent(files: Iterable[Path], since: float) -> Sequence[str]:
    workers = []
    for path in sorted(files):
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            if path.stat().st_mtime >= since:
                content = json.loads(path.read_text(encoding="utf-8"))
                workers.append(f"process {content['pid']} on {content['host']}")
    return workers

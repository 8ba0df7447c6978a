"""One run a results folder: a lock that ends with its process, and a note of who holds it."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from albench.errors import Complaint, InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

LOCK = Path("work") / "lock"
_HOLDER = Path("work") / "holder.json"
_MOMENT = 1.0
"""Seconds in which a worker of a shared folder has looked whether a run holds the lock."""

_PROBE_BYTES = 2**20
"""What must fit on the disk before a run begins; a file of no bytes fits on a full one."""


class FolderLock:
    """Keeps two runs from computing the same cells into one folder.

    Parameters
    ----------
    results : Path
        The results folder; may be missing.
    command : sequence of str
        What the user typed, told to who comes second.
    """

    def __init__(self, results: Path, command: Sequence[str]) -> None:
        self._results, self._command = results, command
        self._lock = FileLock(results / LOCK)

    def acquire(self) -> None:
        """Take the lock, making the folder if it is not there; taking it twice is taking it once.

        Raises
        ------
        InputError
            If another process holds it; names the process.
        """
        if self._lock.is_locked:
            return
        (self._results / LOCK).parent.mkdir(parents=True, exist_ok=True)
        try:
            self._lock.acquire(timeout=_MOMENT)
        except Timeout:
            raise InputError([Complaint(str(self._results), self.holder())]) from None
        except NotImplementedError:  # some network file systems have no locks
            return
        note = {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "since": time.strftime("%Y-%m-%d %H:%M:%S"),
            "command": " ".join(self._command),
        }
        (self._results / _HOLDER).write_text(json.dumps(note), encoding="utf-8")

    def holder(self) -> str:
        """Return which process holds the folder and what to do, as the end of a sentence."""
        who = "another process"
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            note = json.loads((self._results / _HOLDER).read_text(encoding="utf-8"))
            who = (
                f"process {note['pid']} on {note['host']} since {note['since']} "
                f"({note['command']!r:.200})"
            )
        return f"is in use by {who}; wait for it, stop it, or choose another folder with --output"

    def __enter__(self) -> FolderLock:
        return self

    def __exit__(self, *_: object) -> None:
        if self._lock.is_locked:
            (self._results / _HOLDER).unlink(missing_ok=True)
            self._lock.release()


def require_unlocked(results: Path) -> None:
    """Raise if a run has a results folder for itself.

    Parameters
    ----------
    results : Path
        That workers share.

    Raises
    ------
    InputError
        Names the process that holds it.
    """
    lock = FileLock(results / LOCK)
    try:
        lock.acquire(timeout=5 * _MOMENT)  # other workers may be looking as well
    except Timeout:
        raise InputError([Complaint(str(results), FolderLock(results, ()).holder())]) from None
    except NotImplementedError:  # some network file systems have no locks
        return
    lock.release()


def require_writable(folder: Path) -> None:
    """Raise if nothing can be written where a folder is or will be.

    Parameters
    ----------
    folder : Path
        May be missing; then its nearest parent that exists is tried.

    Raises
    ------
    InputError
        With the system's reason: read-only, full, not allowed.
    """
    there = folder.absolute()
    while not there.exists() and there != there.parent:
        there = there.parent
    try:
        with tempfile.TemporaryFile(dir=there) as probe:
            probe.write(bytes(_PROBE_BYTES))
            probe.flush()
            os.fsync(probe.fileno())
    except OSError as error:
        problem = f"cannot be written to: {error.strerror}; choose another folder with --output"
        raise InputError([Complaint(str(folder), problem)]) from error

"""Exclusive leases as files in a shared folder: taken once, kept by a heartbeat, lost by silence.

A lease on a name is the file ``NAME.K``, made with ``O_EXCL``, which one of several that try
succeeds in on local disks and on NFS from version 3. Its time of change is its heartbeat. Who finds
the newest lease of a name silent for too long takes over by making ``NAME.K+1``: no file is ever
removed or renamed, so nobody can take away what another has just taken. A worker that holds a lease
that is not the newest has lost it.

All times are the file system's own: a worker touches a file and reads what time that was, so that
the clocks of hosts do not matter.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_RELEASED = 0.0
"""The time of change of a lease that was given back."""


@dataclass(frozen=True)
class Lease:
    """A name that is ours until another takes over.

    Parameters
    ----------
    name : str
        Of what is leased.
    number : int
        How many leases on it there were before.
    losses : int
        How many of those ended in silence.
    """

    name: str
    number: int
    losses: int


class Leases:
    """The leases of one worker.

    Parameters
    ----------
    folder : Path
        Shared with all other workers; made if it is not there.
    worker : str
        This worker's name.
    stale_seconds : float
        How long a lease must have been silent to be taken over; the same for all workers.
    """

    def __init__(self, folder: Path, worker: str, stale_seconds: float) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._worker, self._stale_seconds = folder, worker, stale_seconds
        self._held: set[Lease] = set()
        self._lock = threading.Lock()

    def claim(self, name: str) -> Lease | None:
        """Take a lease that nobody has, or whose holder has been silent for too long.

        Parameters
        ----------
        name : str
            Of what is to be leased.

        Returns
        -------
        Lease or None
            None if it is another's.
        """
        number = self._next_number(name)
        losses = 0
        if number:
            newest = self._path(name, number - 1)
            changed = _changed(newest)
            if changed != _RELEASED and self._now() - changed < self._stale_seconds:
                return None
            losses = _losses(newest) + (changed != _RELEASED)
        lease = Lease(name, number, losses)
        if not self._make(lease):
            return None
        with self._lock:
            self._held.add(lease)
        return lease

    def is_ours(self, lease: Lease) -> bool:
        """Return whether nobody has taken a lease over."""
        return not self._path(lease.name, lease.number + 1).exists()

    def beat(self) -> list[Lease]:
        """Tell that this worker is alive.

        Returns
        -------
        list of Lease
            Those that another has taken over meanwhile.
        """
        with self._lock:
            held = list(self._held)
        lost = []
        for lease in held:
            with contextlib.suppress(OSError):  # of a folder that cannot be reached for a moment
                if self.is_ours(lease):
                    self._renew(lease)
                else:
                    lost.append(lease)
        return lost

    def _renew(self, lease: Lease) -> None:
        with self._lock:
            if lease in self._held:  # it may have been given back a moment ago, and is free then
                os.utime(self._path(lease.name, lease.number))

    def keep(self, lease: Lease) -> None:
        """Stop renewing a lease: its work is done."""
        with self._lock:
            self._held.discard(lease)

    def give_back(self, lease: Lease) -> None:
        """Free a lease at once; that does not count as a loss."""
        self.keep(lease)
        if self.is_ours(lease):
            with contextlib.suppress(OSError):
                os.utime(self._path(lease.name, lease.number), (_RELEASED, _RELEASED))

    def _next_number(self, name: str) -> int:
        number = 0
        while self._path(name, number).exists():
            number += 1
        return number

    def _make(self, lease: Lease) -> bool:
        note = {
            "worker": self._worker,
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "losses": lease.losses,
        }
        path = self._path(lease.name, lease.number)
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(json.dumps(note))
        except FileExistsError:  # another was quicker
            return False
        return True

    def _now(self) -> float:
        clock = self._folder / f"clock-{self._worker}"
        clock.touch()
        return clock.stat().st_mtime

    def _path(self, name: str, number: int) -> Path:
        return self._folder / f"{name}.{number}"


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return _RELEASED


def _losses(path: Path) -> int:
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        return int(json.loads(path.read_text(encoding="utf-8"))["losses"])
    return 0

"""The resident memory of a process, and how much of it the system cannot drop."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path

import psutil

_MIB = 2**20
_HELD = ("RssAnon", "RssShmem")


@dataclass(frozen=True)
class Resident:
    """What a process has in memory.

    Parameters
    ----------
    mb : float
        All of it, in MiB.
    held_mb : float
        Without pages of mapped files, which the system drops when others need the memory. Memory
        that processes share is held. Outside Linux it is all.
    """

    mb: float = 0.0
    held_mb: float = 0.0


def resident(pid: int | None) -> Resident:
    """Return what a process has in memory now.

    Parameters
    ----------
    pid : int or None
        The process; None is this one.

    Returns
    -------
    Resident
        Nothing, if it has ended.
    """
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(pid)
        size = process.memory_info().rss / _MIB
        return Resident(size, min(size, _held_mb(process.pid, size)))
    return Resident()


def _held_mb(pid: int, otherwise: float) -> float:
    """Return what Linux says is no page of a file; something else where it does not."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace")
        told = dict(line.split(":", 1) for line in lines.splitlines())
        return sum(int(told[name].split()[0]) for name in _HELD) / 1024
    except (OSError, ValueError, KeyError, IndexError):
        return otherwise

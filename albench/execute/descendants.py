"""Processes that a child started: found and ended, also those that left its group or its side.

Where a system has no process groups, psutil's tree of processes stands for them.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import time
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Collection

RUN_TOKEN = "ALBENCH_RUN"  # noqa: S105  # the name of an environment variable
"""The variable that marks all that descends from a run's fork server, and nothing else."""

_PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans() -> bool:
    """Become the parent of every descendant whose own parent ends; Linux alone can do this.

    Returns
    -------
    bool
        Whether the system agreed.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        return bool(ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0)
    except (OSError, AttributeError):
        return False


def lead_group() -> None:
    """Make this process the leader of a group, so that all that it starts can be ended with it."""
    if hasattr(os, "setsid"):
        os.setsid()


def end_group() -> None:
    """Kill the group of this process, and this process with it."""
    kill_all(os.getpid())
    if hasattr(os, "killpg"):
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def terminate_group(leader: int) -> None:
    """Ask the group that a process leads, by its number, to end."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(leader, signal.SIGTERM)
    with contextlib.suppress(psutil.Error):
        psutil.Process(leader).terminate()


def kill_group(leader: int, seconds: float = 1.0) -> None:
    """Kill the group that a process leads, or led, and take note of the end of who is ours in it.

    `seconds` is how long to wait for them.
    """
    if not hasattr(os, "killpg"):
        kill_all(leader)
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
    deadline = time.monotonic() + seconds
    with contextlib.suppress(ChildProcessError):  # no more of them
        while time.monotonic() < deadline:
            if os.waitpid(-leader, os.WNOHANG)[0] == 0:
                time.sleep(0.01)


def of(pid: int | None) -> list[psutil.Process]:
    """Return all that descends from a process.

    Parameters
    ----------
    pid : int or None
        Its number.

    Returns
    -------
    list of psutil.Process
        Empty if it is gone; each remembers when it began, so that a number used again is not taken
        for it.
    """
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.Error:
        return []


def kill_all(pid: int) -> None:
    """Kill all that descends from a process, and not the process.

    Parameters
    ----------
    pid : int
        Its number.
    """
    kill(of(pid))


def kill(processes: Collection[psutil.Process]) -> None:
    """Kill processes, as far as they are there.

    Parameters
    ----------
    processes : collection of psutil.Process
        Of our own user.
    """
    for process in processes:
        with contextlib.suppress(psutil.Error):
            process.kill()


def reap(processes: Collection[psutil.Process], seconds: float = 1.0) -> None:
    """Take note of the end of killed processes that have become children of this one.

    `seconds` is how long to wait for them.
    """
    deadline = time.monotonic() + seconds
    left = {process.pid for process in processes}
    while left and time.monotonic() < deadline:
        left = {pid for pid in left if not _is_reaped(pid)}
        time.sleep(0.01 if left else 0.0)


def _is_reaped(pid: int) -> bool:
    if not hasattr(os, "WNOHANG"):
        return not psutil.pid_exists(pid)
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:  # gone, or another's to reap
        return True


def own_all_children() -> None:
    """Take every child that this process gets from now on for one that a run left behind.

    Only for a process that does nothing but run benchmarks: what a cell starts with a cleared
    environment, in a session of its own, cannot be distinguished from what another program starts
    here.
    """
    global _strangers  # noqa: PLW0603  # of the process, as its children are
    _strangers = {child.pid for child in psutil.Process().children()}


_strangers: set[int] | None = None
"""Children that were here before, if all later ones are ours; None if only marked ones are."""


def sweep(token: str, kept: Collection[int | None]) -> int:
    """Kill the orphans that were left to this process, and what descends from them.

    Parameters
    ----------
    token : str
        What `RUN_TOKEN` says in the environment of those that are ours to kill.
    kept : collection of int or None
        The numbers of the children that are meant to be here.

    Returns
    -------
    int
        How many orphans there were.
    """
    n_orphans = 0
    for child in psutil.Process().children():
        if child.pid in kept or not (_is_new(child) or _is_of(child, token)):
            continue
        n_orphans += 1
        doomed = [*of(child.pid), child]
        kill(doomed)
        reap(doomed)
    return n_orphans


def _is_new(child: psutil.Process) -> bool:
    return _strangers is not None and child.pid not in _strangers


def _is_of(process: psutil.Process, token: str) -> bool:
    with contextlib.suppress(psutil.Error):
        return process.environ().get(RUN_TOKEN) == token
    return False

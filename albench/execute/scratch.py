"""One folder for all temporary files of a process and its children; the next one clears it."""

from __future__ import annotations

import functools
import os
import secrets
import shutil
import tempfile
from multiprocessing import util
from pathlib import Path

from filelock import FileLock, Timeout

_LOCK = "lock"

_LONGEST = 58
"""Characters of a home that leave room for a socket's address: systems take 103 or more."""


@functools.cache
def folder() -> Path:
    """Return this process's folder, made when it is first asked for.

    What earlier processes left there when they were killed is removed: a folder whose lock nobody
    holds.

    Returns
    -------
    Path
        In the folder for temporary files, or in /tmp where that has so long a name that addresses
        of sockets would not fit. Removed when the process ends.
    """
    home = _home(tempfile.gettempdir())
    if len(os.fsencode(home)) > _LONGEST and os.name == "posix":
        home = _home("/tmp")  # noqa: S108  # a folder of our own in there
    _clear(home)
    made = home / f"{os.getpid():x}-{secrets.token_hex(2)}"
    made.mkdir(mode=0o700)
    lock = FileLock(made / _LOCK)
    lock.acquire()
    _keep_multiprocessing_in(made)
    # Behind multiprocessing's own, which removes its folder in here; not run by forked copies.
    util.Finalize(None, _remove, args=(made, lock), exitpriority=-200)
    return made


def _home(parent: str) -> Path:
    """Return the folder of all processes of this user, or a new one where another owns that."""
    if not hasattr(os, "getuid"):  # where the folder for temporary files is each user's own
        home = Path(parent) / "albench"
        home.mkdir(exist_ok=True)
        return home
    home = Path(parent) / f"albench-{os.getuid()}"
    home.mkdir(mode=0o700, exist_ok=True)
    is_ours = home.is_dir() and not home.is_symlink() and home.stat().st_uid == os.getuid()
    return home if is_ours else Path(tempfile.mkdtemp(prefix="albench-", dir=parent))


def _clear(home: Path) -> None:
    for left in home.iterdir():
        lock = FileLock(left / _LOCK)
        try:
            lock.acquire(timeout=0)
        except (Timeout, OSError):
            continue
        shutil.rmtree(left, ignore_errors=True)
        lock.release()


def _remove(made: Path, lock: FileLock) -> None:
    shutil.rmtree(made, ignore_errors=True)
    lock.release()


def _keep_multiprocessing_in(made: Path) -> None:
    """Let multiprocessing make its own folder in here; it asks once a process, and keeps it."""
    before = tempfile.tempdir
    tempfile.tempdir = str(made)
    try:
        util.get_temp_dir()
    finally:
        tempfile.tempdir = before

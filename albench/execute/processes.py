"""How children are started: by a fork server that is started again when it dies."""

from __future__ import annotations

import multiprocessing
import os
import secrets
import sys
import threading
import time
from dataclasses import dataclass
from multiprocessing import forkserver, resource_tracker
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from albench.errors import AlbenchError, Complaint, InputError
from albench.execute import descendants, scratch

if TYPE_CHECKING:
    from collections.abc import Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.context import BaseContext
    from multiprocessing.process import BaseProcess

ATTEMPTS = 5
"""How often a child is restarted when the fork server dies, before that is reported."""

LOST_EXITCODE = 255
"""What multiprocessing says of a child whose end nobody could report, since the server is gone."""

_NOT_HERE = (
    "cells run on Linux and macOS alone, since their supervision waits for pipes; use the Windows "
    "Subsystem for Linux; plan, status, report, publish, merge and site work here"
)

_starting = threading.Lock()
_TOKEN = secrets.token_hex(8)


@dataclass(frozen=True)
class Started:
    """A child and the parent's ends of its pipes.

    Parameters
    ----------
    process : BaseProcess
        Alive, or ended already.
    messages, replies : Connection
        From the child and to it.
    server : int or None
        The number of the fork server; None where there is none.
    """

    process: BaseProcess
    messages: Connection
    replies: Connection
    server: int | None

    def was_lost(self) -> bool:
        """Whether the child's end cannot be known, since the fork server ended before it."""
        if self.process.exitcode != LOST_EXITCODE or self.server is None:
            return False
        return not _is_alive(self.server)


def context(preload: Sequence[str]) -> BaseContext:
    """Return the way children are started: a fork server that has the modules imported already.

    Parameters
    ----------
    preload : sequence of str
        Modules; one that cannot be imported is left to the child to complain about.

    Returns
    -------
    BaseContext
        ``spawn`` where the system has no fork server.
    """
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    chosen = multiprocessing.get_context("forkserver")
    chosen.set_forkserver_preload(list(preload))
    return chosen


def start(how: BaseContext, target: Any, arguments: Sequence[Any]) -> Started:
    """Start a child that calls ``target(outgoing, incoming, *arguments)``.

    Parameters
    ----------
    how : BaseContext
        What `context` gave.
    target : callable
        A function of a module.
    arguments : sequence of object
        Anything that pickles.

    Returns
    -------
    Started
        With the parent's ends.

    Raises
    ------
    AlbenchError
        If no child can be started, whatever is tried.
    """
    descendants.adopt_orphans()
    cause: Exception | None = None
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(0.2 * attempt)
        try:
            return _start(how, target, arguments)
        # A fork server that died says so by an end of file, a reset, a broken pipe, or no socket.
        except (EOFError, OSError) as error:
            cause = error
    raise AlbenchError(
        f"no process can be started, {ATTEMPTS} times in a row: {type(cause).__name__}: {cause}; "
        "is something killing them, or is memory or the number of processes at its limit?"
    )


def _start(how: BaseContext, target: Any, arguments: Sequence[Any]) -> Started:
    start_server(how)
    messages, outgoing = how.Pipe(duplex=False)
    incoming, replies = how.Pipe(duplex=False)
    process = how.Process(  # type: ignore[attr-defined]  # every context has it
        target=target, args=(outgoing, incoming, *arguments)
    )
    try:
        process.start()
    except BaseException:
        messages.close()
        replies.close()
        raise
    finally:
        outgoing.close()
        incoming.close()
    return Started(process, messages, replies, _server_pid())


def start_server(how: BaseContext) -> None:
    """Start the fork server if there is none, marked so that its descendants can be recognised.

    It ends with this process.

    Parameters
    ----------
    how : BaseContext
        What `context` gave; nothing is done where the system has no fork server.

    Raises
    ------
    OSError
        If no process can be started.
    """
    if how.get_start_method() != "forkserver":
        return
    with _starting:
        if _is_alive(_server_pid()):
            return
        resource_tracker.ensure_running()  # before the mark, which it must not carry
        marks = {descendants.RUN_TOKEN: _TOKEN, "TMPDIR": str(scratch.folder())}
        before = {name: os.environ.get(name) for name in marks}
        os.environ.update(marks)
        try:
            forkserver.ensure_running()
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value


def begin() -> None:
    """Clear what killed runs left, and note who is here if this process only runs benchmarks.

    Raises
    ------
    InputError
        If cells cannot be supervised on this system.
    """
    if sys.platform == "win32":
        raise InputError([Complaint("Windows", _NOT_HERE)])
    scratch.folder()  # also of a run that has nothing left to do
    path = Path(sys.argv[0])
    if path.stem == "albench" or path.parts[-2:] == ("albench", "__main__.py"):
        descendants.own_all_children()


def sweep() -> int:
    """Kill what ended children left behind.

    Returns
    -------
    int
        How many processes there were that had lost their parent.
    """
    with _starting:
        server = _server_pid()
        if server is None:
            return 0
        tracker = getattr(resource_tracker._resource_tracker, "_pid", None)
        return descendants.sweep(_TOKEN, {server, tracker})


def _server_pid() -> int | None:
    number = getattr(forkserver._forkserver, "_forkserver_pid", None)
    return number if isinstance(number, int) else None


def _is_alive(pid: int | None) -> bool:
    try:
        return pid is not None and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False

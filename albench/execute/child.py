"""What runs in a child: the target, with its output in a file and its end told to the parent."""

from __future__ import annotations

import contextlib
import faulthandler
import importlib
import os
import queue
import sys
import threading
import time
import traceback
from multiprocessing import forkserver, parent_process, resource_tracker
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import psutil

from albench import errors
from albench.execute import descendants
from albench.execute.frames import FrameReader, Message, to_frame

if sys.platform != "win32":
    import resource

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

MAX_REASON = 500
"""Characters of a reason; the log has the rest."""

CHUNK = 2**16
_MIB = 2**20


class ChildLine:
    """A child's line to the process that supervises it.

    Parameters
    ----------
    outgoing : Connection
        The child's end of the pipe to the supervisor.
    incoming : Connection
        Its end of the pipe from there.
    """

    def __init__(self, outgoing: Connection, incoming: Connection) -> None:
        self._outgoing, self._incoming = outgoing.fileno(), incoming.fileno()
        self._kept = outgoing, incoming  # they close their descriptors when they are collected
        self._owner = os.getpid()
        self._replies: queue.SimpleQueue[Message] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def send(self, message: Message) -> None:
        """Tell the supervisor something.

        Parameters
        ----------
        message : Message
            Plain values and arrays.
        """
        if os.getpid() != self._owner:
            os._exit(1)  # a plugin forked, and the copy must not speak for the original
        rest = memoryview(to_frame(message))
        while rest:
            rest = rest[os.write(self._outgoing, rest) :]

    def ask(self, message: Message) -> Message:
        """Tell the supervisor something, and wait for what it answers.

        Parameters
        ----------
        message : Message
            One that is answered.

        Returns
        -------
        Message
            The answer.
        """
        self.send(message)
        return self._replies.get()

    def _read(self) -> None:
        """Take replies; end the process, and what it started, when the supervisor is gone."""
        reader = FrameReader()
        try:
            while content := os.read(self._incoming, CHUNK):
                for message in reader.feed(content):
                    self._replies.put(message)
        except OSError:  # somebody in here closed it: the supervisor may be there all the same
            _wait_for_parent_to_go()
        descendants.end_group()


def _wait_for_parent_to_go() -> None:
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(0.5)


def child_main(  # noqa: PLR0913  # multiprocessing hands over plain arguments
    outgoing: Connection,
    incoming: Connection,
    target: str,
    payload: object,
    log: str,
    threads: int,
    environment: dict[str, str],
) -> None:
    """Call the target and send what becomes of it; the process's main function.

    Parameters
    ----------
    outgoing : Connection
        To the parent.
    incoming : Connection
        From the parent.
    target : str
        ``module:function``.
    payload : object
        Its first argument; the second is a `ChildLine`.
    log : str
        The file that takes standard output and standard error.
    threads : int
        How many threads to compute with.
    environment : dict of str to str
        What to set in the environment; in time for CUDA, which nothing has asked for anything yet.
    """
    os.environ.update(environment)
    descendants.lead_group()
    descendants.adopt_orphans()
    _forget_inherited({outgoing.fileno(), incoming.fileno()})
    _redirect(Path(log))
    line = ChildLine(outgoing, incoming)
    try:
        _limit_threads(threads)
        module, _, name = target.partition(":")
        value = getattr(importlib.import_module(module), name)(payload, line)
        end = Message("value", {"value": value, "peak_mb": peak_mb()})
    # Whatever a plugin raises ends this cell and must be reported, including SystemExit.
    except BaseException as error:  # noqa: BLE001
        print_traceback(error)
        end = failure_of(error)
    with contextlib.suppress(Exception):  # a plugin may have closed or replaced them
        sys.stdout.flush()
        sys.stderr.flush()
    line.send(end)


def _forget_inherited(kept: set[int]) -> None:
    """Close what leads to the fork server: bytes written there by mistake would end every cell."""
    forkserver._forkserver._forkserver_alive_fd = None  # type: ignore[attr-defined]
    tracker = resource_tracker._resource_tracker
    tracker._fd = tracker._pid = None  # type: ignore[attr-defined]
    sentinel = getattr(parent_process(), "sentinel", None)
    listed = Path("/dev/fd")  # Linux, BSD and macOS have it
    for number in [int(entry.name) for entry in listed.iterdir()]:
        if number > 2 and number not in kept | {sentinel}:
            with contextlib.suppress(OSError):  # the listing's own is closed by now
                os.close(number)


def _redirect(log: Path) -> None:
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        target = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    except OSError:  # something else is in its place: the cell can do without
        target = os.open(os.devnull, os.O_WRONLY)
    os.dup2(target, 1)
    os.dup2(target, 2)
    os.close(target)
    faulthandler.enable(file=2)  # where a crash happened stands in the log, then


def _limit_threads(threads: int) -> None:
    import threadpoolctl
    import torch

    torch.set_num_threads(threads)
    threadpoolctl.threadpool_limits(threads)


def peak_mb() -> float:
    """Return the largest resident memory of this process so far, in MiB."""
    if sys.platform == "win32":
        return float(psutil.Process().memory_info().peak_wset) / _MIB
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / _MIB if sys.platform == "darwin" else peak / 1024  # bytes there, KiB elsewhere


def print_traceback(error: BaseException, file: TextIO | None = None) -> None:
    """Print where an exception comes from, if that can be printed.

    Parameters
    ----------
    error : BaseException
        Caught.
    file : TextIO or None
        Where to; None is standard error.
    """
    # An exception's own text may raise, and so may what a plugin put in the place of stderr.
    with contextlib.suppress(Exception):
        traceback.print_exception(error, file=file)


def failure_of(error: BaseException) -> Message:
    """Return the message ``failure`` that is told of an exception, whose text may itself raise.

    It has status, reason, and complaints about the user's input.
    """
    complaints: list[str] = []
    if isinstance(error, errors.InputError):
        complaints = [str(complaint) for complaint in error.complaints]
    content = {"status": _status(error), "reason": _short(_reason(error)), "complaints": complaints}
    return Message("failure", content)


def _reason(error: BaseException) -> str:
    return text_of(error) if isinstance(error, errors.AlbenchError) else describe(error)


def _status(error: BaseException) -> str:
    if isinstance(error, errors.QueryFault):
        return "invalid-query"
    if isinstance(error, errors.PurityViolation):
        return "violation"
    # torch's own error for a full GPU cannot be named here without importing torch.
    causes = (error, error.__cause__)
    is_memory = any(
        isinstance(cause, MemoryError) or type(cause).__name__ == "OutOfMemoryError"
        for cause in causes
    )
    return "oom" if is_memory else "error"


def describe(error: BaseException) -> str:
    """Return an exception in one line, with the place it was raised at.

    As in ``ValueError: message (strategy.py:12)``. The exception's text may itself raise.
    """
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    text = text_of(error)
    return f"{type(error).__name__}{': ' if text else ''}{text}{place}"


def text_of(error: BaseException) -> str:
    """Return an exception's text.

    Parameters
    ----------
    error : BaseException
        Of any class; its ``__str__`` may be a plugin's and may raise anything.

    Returns
    -------
    str
        What it says, or that it cannot be shown.
    """
    try:
        return str(error)
    except BaseException as second:  # noqa: BLE001
        return f"its text cannot be shown, since that raises {type(second).__name__}"


def _short(text: str) -> str:
    return text if len(text) <= MAX_REASON else text[: MAX_REASON - 4] + " ..."

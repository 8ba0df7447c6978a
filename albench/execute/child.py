"""What runs in a child: the target, with its output in a file and its end told to the parent."""

from __future__ import annotations

import importlib
import os
import resource
import sys
import threading
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from albench import errors

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

MAX_REASON = 500
"""Characters of a reason; the log has the rest."""


@dataclass(frozen=True)
class Message:
    """Something on the way."""

    content: Any  # each target has its own


@dataclass(frozen=True)
class Value:
    """The target's result, and the largest resident memory of the process in MiB."""

    value: Any  # each target has its own
    peak_mb: float


@dataclass(frozen=True)
class Failure:
    """The target's end by an exception.

    Parameters
    ----------
    status : str
        A `Status` value.
    reason : str
        What to tell.
    complaints : tuple of str
        The complaints of an `InputError`: the user's to mend; empty for anything else.
    """

    status: str
    reason: str
    complaints: tuple[str, ...] = ()


def child_main(
    connection: Connection, target: str, payload: object, log: str, threads: int
) -> None:
    """Call the target and send what becomes of it; the process's main function.

    Parameters
    ----------
    connection : Connection
        To the parent.
    target : str
        ``module:function``.
    payload : object
        Its first argument.
    log : str
        The file that takes standard output and standard error.
    threads : int
        How many threads to compute with.
    """
    os.setsid()  # a group of our own, so that all we start can be stopped with us
    _redirect(Path(log))
    threading.Thread(target=_end_with_parent, args=(connection,), daemon=True).start()
    end: Value | Failure
    try:
        _limit_threads(threads)
        module, _, name = target.partition(":")
        function = getattr(importlib.import_module(module), name)
        value = function(payload, lambda content: connection.send(Message(content)))
        end = Value(value, _peak_mb())
    # Whatever a plugin raises is this cell's end and must be told; SystemExit included.
    except BaseException as error:  # noqa: BLE001
        traceback.print_exc()
        end = _failure(error)
    sys.stdout.flush()
    sys.stderr.flush()
    connection.send(end)


def _redirect(log: Path) -> None:
    log.parent.mkdir(parents=True, exist_ok=True)
    target = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(target, 1)
    os.dup2(target, 2)
    os.close(target)


def _end_with_parent(connection: Connection) -> None:
    # The parent never writes: the pipe becomes readable only when the parent is gone.
    while True:
        try:
            connection.recv()
        except (EOFError, OSError):
            os._exit(1)


def _limit_threads(threads: int) -> None:
    import threadpoolctl
    import torch

    torch.set_num_threads(threads)
    threadpoolctl.threadpool_limits(threads)


def _peak_mb() -> float:
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kilobytes / 1024


def _failure(error: BaseException) -> Failure:
    if isinstance(error, errors.InputError):
        return Failure("error", _short(str(error)), tuple(map(str, error.complaints)))
    if isinstance(error, errors.QueryFault):
        return Failure("invalid-query", _short(str(error)))
    if isinstance(error, errors.PurityViolation):
        return Failure("violation", _short(str(error)))
    if isinstance(error, errors.AlbenchError):
        return Failure("error", _short(str(error)))
    # torch's own error for a full GPU cannot be named here without importing torch.
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return Failure("oom", _short(f"{type(error).__name__}: {error}"))
    return Failure("error", _short(describe(error)))


def describe(error: BaseException) -> str:
    """Return an exception in one line, with the place it was raised at.

    Parameters
    ----------
    error : BaseException
        Caught.

    Returns
    -------
    str
        ``ValueError: message (strategy.py:12)``.
    """
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {error}{place}"


def _short(text: str) -> str:
    return text if len(text) <= MAX_REASON else text[: MAX_REASON - 4] + " ..."

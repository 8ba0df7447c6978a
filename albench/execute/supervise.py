"""One job in a child process of its own: crash, kill, hang and error all become a status."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psutil

from albench.execute.child import Failure, Message, Value, child_main
from albench.records.schema import Status

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.context import BaseContext
    from multiprocessing.process import BaseProcess
    from pathlib import Path

POLL_SECONDS = 0.2
GRACE_SECONDS = 3.0
MAX_LOG_BYTES = 4_000_000
MIB = 2**20


@dataclass(frozen=True)
class Job:
    """What a child does, and how far it may go.

    Parameters
    ----------
    target : str
        ``module:function``; called with the payload and a function that sends messages.
    payload : object
        Anything that pickles.
    log : Path
        Where the child's output goes.
    seconds : float
        The hard limit of its wall time.
    memory_mb : float or None
        The hard limit of its resident memory, in MiB.
    threads : int
        How many threads it computes with.
    """

    target: str
    payload: Any  # each target has its own
    log: Path
    seconds: float
    memory_mb: float | None = None
    threads: int = 1


@dataclass(frozen=True)
class Outcome:
    """What became of a job.

    Parameters
    ----------
    status : Status
        ``ok``, or the cause.
    value : object
        What the target returned; None if it failed.
    reason : str
        Why it failed.
    seconds : float
        Wall time, the start of the process included.
    peak_mb : float
        The largest resident memory seen, in MiB.
    failure : Failure or None
        What the child itself said of its failure, if it could.
    """

    status: Status
    value: Any  # each target has its own
    reason: str
    seconds: float
    peak_mb: float
    failure: Failure | None = None


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


def supervise(
    job: Job,
    start: BaseContext,
    on_message: Callable[[Any], None] | None = None,
    stop: threading.Event | None = None,
) -> Outcome:
    """Run a job in a child and return what became of it; never raises for what the child does.

    Parameters
    ----------
    job : Job
        What to do.
    start : BaseContext
        How children are started.
    on_message : callable or None
        Called with each message of the child, in this thread.
    stop : threading.Event or None
        Set from another thread to stop the child.

    Returns
    -------
    Outcome
        Also of a child that was killed, crashed, hung or flooded memory.
    """
    began = time.perf_counter()
    ours, theirs = start.Pipe()
    process = start.Process(  # type: ignore[attr-defined]  # every context has it
        target=child_main, args=(theirs, job.target, job.payload, str(job.log), job.threads)
    )
    process.start()
    theirs.close()
    # The first child waits for the fork server's imports, which are no part of its time.
    watch = _Watch(job, process, time.perf_counter(), stop)
    try:
        end = _listen(ours, watch, on_message)
    finally:
        _stop(process)
        ours.close()
    seconds = time.perf_counter() - began
    if isinstance(end, Value):
        return Outcome(Status.OK, end.value, "", seconds, max(end.peak_mb, watch.peak_mb))
    if isinstance(end, Failure):
        return Outcome(Status(end.status), None, end.reason, seconds, watch.peak_mb, end)
    status, reason = watch.verdict or _exit_verdict(process.exitcode, job.log)
    return Outcome(status, None, reason, seconds, watch.peak_mb)


class _Watch:
    """Looks after a child's time and memory."""

    def __init__(
        self, job: Job, process: BaseProcess, began: float, stop: threading.Event | None
    ) -> None:
        self.stop = stop
        self.job = job
        self.process = process
        self.deadline = began + job.seconds
        self.peak_mb = 0.0
        self.verdict: tuple[Status, str] | None = None

    def look(self) -> bool:
        """Return whether the child may go on."""
        self.peak_mb = max(self.peak_mb, _resident_mb(self.process.pid))
        _cap(self.job.log)
        limit = self.job.memory_mb
        if limit is not None and self.peak_mb > limit:
            reason = f"stopped at {self.peak_mb:.0f} MiB of memory; the limit is {limit:g} MiB"
            self.verdict = (Status.OOM, reason)
        elif self.stop is not None and self.stop.is_set():
            self.verdict = (Status.CRASHED, "stopped by the user")
        elif time.perf_counter() > self.deadline:
            reason = f"stopped without a result after the limit of {self.job.seconds:g} s"
            self.verdict = (Status.TIMEOUT, reason)
        return self.verdict is None


def _listen(
    connection: Connection, watch: _Watch, on_message: Callable[[Any], None] | None
) -> Value | Failure | None:
    """Return the child's last word, or None if it ended or was stopped without one."""
    while True:
        try:
            if not connection.poll(POLL_SECONDS):
                if watch.look():
                    continue
                return None
            received = connection.recv()
        except (EOFError, OSError):
            return None
        if not isinstance(received, Message):
            watch.look()
            return received  # type: ignore[no-any-return]  # the child sends nothing else
        if on_message is not None:
            on_message(received.content)
        if not watch.look():
            return None


def _cap(log: Path) -> None:
    """Empty a log that a talkative child has filled; it is open for appending, so this is safe."""
    with contextlib.suppress(FileNotFoundError):
        if log.stat().st_size > MAX_LOG_BYTES:
            os.truncate(log, 0)


def _resident_mb(pid: int | None) -> float:
    with contextlib.suppress(psutil.Error):
        return float(psutil.Process(pid).memory_info().rss) / MIB
    return 0.0


def _stop(process: BaseProcess) -> None:
    process.join(0.5 if process.is_alive() else None)
    if process.is_alive():
        _signal_group(process, signal.SIGTERM)
        process.join(GRACE_SECONDS)
    if process.is_alive():
        _signal_group(process, signal.SIGKILL)
        process.join()


def _signal_group(process: BaseProcess, number: signal.Signals) -> None:
    """Signal the child and everything it started; it leads a process group of its own."""
    if process.pid is None:
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
    with contextlib.suppress(ProcessLookupError):
        os.kill(process.pid, number)


def _exit_verdict(code: int | None, log: Path) -> tuple[Status, str]:
    if code is not None and code < 0:
        name = signal.Signals(-code).name
        by_system = " (the system does this when memory runs out)" if name == "SIGKILL" else ""
        return Status.CRASHED, f"killed by {name}{by_system}; its output is in {log.name}"
    return Status.CRASHED, f"ended with exit status {code} and no result; see {log.name}"

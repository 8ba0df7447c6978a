"""One job in a child process of its own: crash, kill, hang and error all become a status."""

from __future__ import annotations

import contextlib
import os
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from albench.execute import descendants, processes
from albench.execute.child import child_main
from albench.execute.frames import MAX_BYTES
from albench.execute.last_words import exit_reason, silence_reason
from albench.execute.listen import End, Listener, Monologue, with_where
from albench.execute.resident_memory import resident
from albench.records.schema import CellStatus

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Mapping
    from multiprocessing.context import BaseContext
    from multiprocessing.process import BaseProcess
    from pathlib import Path

    from albench.execute.listen import Conversation

GRACE_SECONDS = 3.0
MAX_LOG_BYTES = 4_000_000
MIB = 2**20


@dataclass(frozen=True)
class Job:
    """What a child does, and how far it may go.

    Parameters
    ----------
    target : str
        ``module:function``; called with the payload and a `ChildLine`.
    payload : object
        Anything that pickles.
    log : Path
        Where the child's output goes.
    seconds : float
        The hard limit of its wall time; infinite, if the conversation knows better.
    memory_mb : float or None
        The hard limit of its resident memory but for pages of mapped files, in MiB.
    threads : int
        How many threads it computes with.
    environment : mapping of str to str
        What is set in its environment before anything else: the devices that it may see.
    """

    target: str
    payload: Any  # each target has its own
    log: Path
    seconds: float
    memory_mb: float | None = None
    threads: int = 1
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """The outcome of a job.

    Parameters
    ----------
    status : CellStatus
        ``ok``, or the cause.
    value : object
        What the target returned, plain; None if it failed.
    reason : str
        Why it failed, with who was at work.
    seconds : float
        Wall time, the start of the process included.
    peak_mb : float
        The largest resident memory seen, in MiB.
    complaints : tuple of str
        What the child itself said is wrong with the user's input; empty for anything else.
    is_lost : bool
        Whether it ended through no fault that can be known: the fork server died.
    """

    status: CellStatus
    value: Any  # each target has its own
    reason: str
    seconds: float
    peak_mb: float
    complaints: tuple[str, ...] = ()
    is_lost: bool = False


def supervise(
    job: Job,
    how: BaseContext,
    conversation: Conversation | None = None,
    stop: threading.Event | None = None,
) -> Outcome:
    """Run a job in a child and return its outcome; never raises for what the child does.

    Parameters
    ----------
    job : Job
        What to do.
    how : BaseContext
        How children are started.
    conversation : Conversation or None
        Takes what the child sends meanwhile, in this thread; None if nothing is.
    stop : threading.Event or None
        Set from another thread to stop the child.

    Returns
    -------
    Outcome
        Also of a child that was killed, crashed, hung or flooded memory.

    Raises
    ------
    AlbenchError
        If no child can be started.
    """
    talk = conversation or Monologue()
    began = time.perf_counter()
    arguments = (job.target, job.payload, str(job.log), job.threads, dict(job.environment))
    started = processes.start(how, child_main, arguments)
    # The first child waits for the fork server's imports, which are not part of its time.
    watch = _Watch(job, started.process, time.perf_counter(), stop, talk)
    try:
        limit = MAX_BYTES if job.memory_mb is None else int(job.memory_mb * MIB)
        end = Listener(started, watch.look, talk, limit).listen()
    finally:
        was_stopped = _stop(started.process)
        started.messages.close()
        started.replies.close()
        processes.sweep()
    seconds = time.perf_counter() - began
    is_lost = end.status is None and started.was_lost()
    if end.status is None:
        code = started.process.exitcode
        end.reason = silence_reason(job.log) if was_stopped else exit_reason(code, job.log)
        if is_lost:
            end.reason = "the fork server, which starts all children, ended while it ran"
    return Outcome(
        status=end.status or CellStatus.CRASHED,
        value=end.value,
        reason=with_where(talk.where(), end.reason),
        seconds=seconds,
        peak_mb=max(end.peak_mb, watch.peak_mb),
        complaints=end.complaints,
        is_lost=is_lost,
    )


def supervise_again(
    attempt: Callable[[], Outcome], on_lost: Callable[[], None] = lambda: None
) -> Outcome:
    """Return an outcome that is not owed to the end of the fork server, if there is one.

    Parameters
    ----------
    attempt : callable
        Supervises a job.
    on_lost : callable
        Called before each further attempt.

    Returns
    -------
    Outcome
        Of the last attempt.
    """
    outcome = attempt()
    for _ in range(processes.ATTEMPTS - 1):
        if not outcome.is_lost:
            break
        on_lost()
        outcome = attempt()
    return outcome


class _Watch:
    """Looks after a child's time and memory."""

    def __init__(
        self,
        job: Job,
        process: BaseProcess,
        began: float,
        stop: threading.Event | None,
        talk: Conversation,
    ) -> None:
        self.stop, self.talk = stop, talk
        self.job = job
        self.process = process
        self.deadline = began + job.seconds
        self.peak_mb = 0.0

    def look(self) -> End | None:
        """Return why the child may not continue, or None if it may."""
        memory = resident(self.process.pid)
        self.peak_mb = max(self.peak_mb, memory.mb)
        _cap(self.job.log)
        limit = self.job.memory_mb
        if limit is not None and memory.held_mb > limit:
            reason = f"stopped at {memory.held_mb:.0f} MiB of memory; the limit is {limit:g} MiB"
            return End(CellStatus.OOM, reason)
        if self.stop is not None and self.stop.is_set():
            return End(CellStatus.CRASHED, "stopped by the user")
        if time.perf_counter() > self.deadline:
            reason = f"stopped without a result after the limit of {self.job.seconds:g} s"
            return End(CellStatus.TIMEOUT, reason)
        if reason := self.talk.overdue():
            return End(CellStatus.TIMEOUT, reason)
        return None


def _cap(log: Path) -> None:
    """Empty a log that a talkative child has filled; it is open for appending, so this is safe."""
    with contextlib.suppress(OSError):
        if log.stat().st_size > MAX_LOG_BYTES:
            os.truncate(log, 0)


def _stop(process: BaseProcess) -> bool:
    """End a child and all that it started; return whether it was alive still."""
    started = descendants.of(process.pid)
    process.join(0.5)
    is_alive = process.is_alive()
    if is_alive:
        started += descendants.of(process.pid)
        if process.pid is not None:
            descendants.terminate_group(process.pid)
        process.join(GRACE_SECONDS)
    if process.pid is not None:
        descendants.kill_group(process.pid)
    descendants.kill(started)
    process.join(GRACE_SECONDS)
    descendants.reap(started)
    return is_alive

"""One job in a child process of its own: crash, kill, hang and error all become a status."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import psutil

from albench.errors import AlbenchError, QueryFault
from albench.execute import descendants, processes
from albench.execute.child import CHUNK, child_main
from albench.execute.frames import DamagedFrame, FrameReader, Message, to_frame
from albench.execute.last_words import exit_reason, silence_reason
from albench.records.schema import Status

if TYPE_CHECKING:
    import threading
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
        ``module:function``; called with the payload and a `Line`.
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


class Conversation(Protocol):
    """The parent's side of what a child tells; nothing of it runs in the child."""

    def answer(self, message: Message) -> Message | None:
        """Take a message; return the answer, if it is one that is answered.

        Raises
        ------
        AlbenchError
            If the message is not what may be said now; the child is stopped.
        """
        ...

    def lack(self) -> str:
        """Return what has not been told yet though it was promised; empty when all has been."""
        ...

    def where(self) -> str:
        """Return who is at work, for the reason of a failure; empty if nobody can be named."""
        ...


class Monologue:
    """A conversation in which nothing is said before the end."""

    def answer(self, message: Message) -> Message | None:
        """Refuse it."""
        raise AlbenchError(f"sent a message of the unknown kind {message.kind!r}")

    def lack(self) -> str:
        """Return nothing: all is in the result."""
        return ""

    def where(self) -> str:
        """Return nothing."""
        return ""


@dataclass(frozen=True)
class Outcome:
    """What became of a job.

    Parameters
    ----------
    status : Status
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

    status: Status
    value: Any  # each target has its own
    reason: str
    seconds: float
    peak_mb: float
    complaints: tuple[str, ...] = ()
    is_lost: bool = False


@dataclass
class _End:
    """How a conversation ended."""

    status: Status | None = None  # None: by the end of the process
    reason: str = ""
    value: Any = None
    peak_mb: float = 0.0
    complaints: tuple[str, ...] = field(default=())


def supervise(
    job: Job,
    how: BaseContext,
    conversation: Conversation | None = None,
    stop: threading.Event | None = None,
) -> Outcome:
    """Run a job in a child and return what became of it; never raises for what the child does.

    Parameters
    ----------
    job : Job
        What to do.
    how : BaseContext
        How children are started.
    conversation : Conversation or None
        Takes what the child tells on the way, in this thread; None if nothing is.
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
    arguments = (job.target, job.payload, str(job.log), job.threads)
    started = processes.start(how, child_main, arguments)
    # The first child waits for the fork server's imports, which are no part of its time.
    watch = _Watch(job, started.process, time.perf_counter(), stop)
    try:
        end = _Listener(started, watch, talk).listen()
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
        status=end.status or Status.CRASHED,
        value=end.value,
        reason=_with_where(talk.where(), end.reason),
        seconds=seconds,
        peak_mb=max(end.peak_mb, watch.peak_mb),
        complaints=end.complaints,
        is_lost=is_lost,
    )


def _with_where(where: str, reason: str) -> str:
    return reason if not reason or reason.startswith(where) else f"{where}: {reason}"


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

    def look(self) -> _End | None:
        """Return why the child may not go on, or None if it may."""
        self.peak_mb = max(self.peak_mb, _resident_mb(self.process.pid))
        _cap(self.job.log)
        limit = self.job.memory_mb
        if limit is not None and self.peak_mb > limit:
            reason = f"stopped at {self.peak_mb:.0f} MiB of memory; the limit is {limit:g} MiB"
            return _End(Status.OOM, reason)
        if self.stop is not None and self.stop.is_set():
            return _End(Status.CRASHED, "stopped by the user")
        if time.perf_counter() > self.deadline:
            reason = f"stopped without a result after the limit of {self.job.seconds:g} s"
            return _End(Status.TIMEOUT, reason)
        return None


class _Listener:
    """Reads what a child says and writes what it is answered, and never waits for either."""

    def __init__(self, started: processes.Started, watch: _Watch, talk: Conversation) -> None:
        self._watch, self._talk = watch, talk
        self._reader = FrameReader()
        self._pending = b""
        self._messages, self._replies = started.messages.fileno(), started.replies.fileno()
        self._sentinel = started.process.sentinel
        os.set_blocking(self._messages, False)
        os.set_blocking(self._replies, False)

    def listen(self) -> _End:
        """Return how it ended: by the child's last word, by its end, or because it was stopped."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._messages, selectors.EVENT_READ)
            selector.register(self._sentinel, selectors.EVENT_READ)
            looked = 0.0
            while True:
                ready = {key.fd for key, _ in selector.select(POLL_SECONDS)}
                end = self._read() if self._messages in ready else None
                if end is None and self._sentinel in ready:
                    end = self._read_rest()
                if end is None and time.perf_counter() - looked > POLL_SECONDS:
                    end = self._watch.look()
                    looked = time.perf_counter()
                if end is not None:
                    self._watch.look()
                    return end
                self._write(selector)

    def _read_rest(self) -> _End:
        """Take what an ended child has said; what it left alive may hold its pipe open."""
        deadline = time.perf_counter() + 1.0
        end = self._read()
        while end is None and time.perf_counter() < deadline and self._has_more:
            end = self._read()
        return end or _End()

    def _read(self) -> _End | None:
        self._has_more = False
        try:
            content = os.read(self._messages, CHUNK)
        except BlockingIOError:
            return None
        except OSError:
            content = b""
        if not content:
            return _End()
        self._has_more = True
        try:
            for message in self._reader.feed(content):
                if (end := self._take(message)) is not None:
                    return end
        except DamagedFrame as error:
            reason = f"wrote something else than messages to its line to albench: {error}"
            return _End(Status.CRASHED, reason)
        return None

    def _take(self, message: Message) -> _End | None:
        if message.kind == "failure":
            return _failure(message)
        try:
            if message.kind == "value":
                return self._value(message)
            answer = self._talk.answer(message)
        except QueryFault as error:
            return _End(Status.INVALID_QUERY, str(error))
        except AlbenchError as error:
            return _End(Status.ERROR, str(error))
        if answer is not None:
            self._pending += to_frame(answer)
        return None

    def _value(self, message: Message) -> _End:
        if lack := self._talk.lack():
            raise AlbenchError(f"ended before its time: {lack}")
        peak = message.plain.get("peak_mb")
        return _End(
            Status.OK,
            value=message.plain.get("value"),
            peak_mb=peak if isinstance(peak, float) and 0 <= peak < float("inf") else 0.0,
        )

    def _write(self, selector: selectors.BaseSelector) -> None:
        if self._pending:
            with contextlib.suppress(BlockingIOError):
                try:
                    self._pending = self._pending[os.write(self._replies, self._pending) :]
                except BrokenPipeError:  # nobody reads any more; its end is about to be seen
                    self._pending = b""
        if self._pending and self._replies not in selector.get_map():
            selector.register(self._replies, selectors.EVENT_WRITE)
        elif not self._pending and self._replies in selector.get_map():
            selector.unregister(self._replies)


def _failure(message: Message) -> _End:
    """Return a failure as the child tells it, as far as it makes sense."""
    status, reason = message.plain.get("status"), message.plain.get("reason")
    complaints = message.plain.get("complaints")
    return _End(
        Status(status) if status in _TOLD else Status.ERROR,
        reason if isinstance(reason, str) else "failed without a reason",
        complaints=tuple(map(str, complaints)) if isinstance(complaints, list) else (),
    )


_TOLD = (Status.ERROR, Status.OOM, Status.INVALID_QUERY, Status.VIOLATION)
"""What a child may say of its own end; all else is seen from outside."""


def _cap(log: Path) -> None:
    """Empty a log that a talkative child has filled; it is open for appending, so this is safe."""
    with contextlib.suppress(OSError):
        if log.stat().st_size > MAX_LOG_BYTES:
            os.truncate(log, 0)


def _resident_mb(pid: int | None) -> float:
    with contextlib.suppress(psutil.Error):
        return float(psutil.Process(pid).memory_info().rss) / MIB
    return 0.0


def _stop(process: BaseProcess) -> bool:
    """End a child and all that it started; return whether it was alive still."""
    started = descendants.of(process.pid)
    process.join(0.5)
    is_alive = process.is_alive()
    if is_alive:
        started += descendants.of(process.pid)
        _signal_group(process, signal.SIGTERM)
        process.join(GRACE_SECONDS)
    if process.pid is not None:
        descendants.kill_group(process.pid)
    descendants.kill(started)
    process.join(GRACE_SECONDS)
    descendants.reap(started)
    return is_alive


def _signal_group(process: BaseProcess, number: signal.Signals) -> None:
    """Signal the child and everything it started; it leads a process group of its own."""
    if process.pid is None:
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
    with contextlib.suppress(ProcessLookupError):
        os.kill(process.pid, number)

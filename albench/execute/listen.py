"""Listening to a child: messages are read and answered, and no wait is without a limit."""

from __future__ import annotations

import contextlib
import os
import selectors
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from albench.errors import AlbenchError, QueryFault
from albench.execute.child import CHUNK
from albench.execute.frames import MAX_BYTES, DamagedFrame, FrameReader, Message, to_frame
from albench.records.schema import CellStatus

if TYPE_CHECKING:
    from collections.abc import Callable

    from albench.execute.processes import Started

POLL_SECONDS = 0.2
PLAIN_BYTES = 2**26


class Conversation(Protocol):
    """The parent's side of the conversation with a child; nothing of it runs in the child."""

    def answer(self, message: Message) -> Message | None:
        """Take a message.

        Parameters
        ----------
        message : Message
            Of any kind but those that end a conversation.

        Returns
        -------
        Message or None
            The answer, if it is a message that is answered.

        Raises
        ------
        AlbenchError
            If the message is not what may be said now; the child is stopped.
        """
        ...

    def lack(self) -> str:
        """Return what the child must still send, in words; empty when nothing is missing."""
        ...

    def where(self) -> str:
        """Return whose code is running, for the reason of a failure; empty if unknown."""
        ...

    def max_bytes(self) -> int | None:
        """Return how long a message can be, or None if that is not known."""
        ...

    def overdue(self) -> str:
        """Return which step exceeds a limit that only the conversation knows, or nothing."""
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

    def max_bytes(self) -> int | None:
        """Return the size of the longest message that holds no array."""
        return PLAIN_BYTES

    def overdue(self) -> str:
        """Return nothing: the job has its own limit."""
        return ""


@dataclass
class End:
    """How a conversation ended.

    Parameters
    ----------
    status : CellStatus or None
        None if the child ended without a last word.
    reason : str
        Why it failed.
    value : object
        What the target returned, plain.
    peak_mb : float
        What the child says of its largest resident memory, in MiB.
    complaints : tuple of str
        What is wrong with the user's input.
    """

    status: CellStatus | None = None
    reason: str = ""
    value: Any = None
    peak_mb: float = 0.0
    complaints: tuple[str, ...] = ()


class Listener:
    """Reads what a child says and writes what it is answered, and never waits for either.

    Parameters
    ----------
    started : Started
        The child.
    look : callable
        Returns why the child may not continue, or None; called several times a second.
    talk : Conversation
        Takes the messages.
    max_bytes : int
        Of a message, if the conversation knows no better.
    """

    def __init__(
        self,
        started: Started,
        look: Callable[[], End | None],
        talk: Conversation,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        self._look, self._talk = look, talk
        limit = talk.max_bytes()
        self._reader = FrameReader(max_bytes if limit is None else limit)
        self._pending = b""
        self._messages, self._replies = started.messages.fileno(), started.replies.fileno()
        self._sentinel = started.process.sentinel
        os.set_blocking(self._messages, False)
        os.set_blocking(self._replies, False)

    def listen(self) -> End:
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
                    end = self._look()
                    looked = time.perf_counter()
                if end is not None:
                    self._look()
                    return end
                self._write(selector)

    def _read_rest(self) -> End:
        """Read what an ended child has sent; a process that it left may hold its pipe open."""
        deadline = time.perf_counter() + 1.0
        end = self._read()
        while end is None and time.perf_counter() < deadline and self._has_more:
            end = self._read()
        return end or End()

    def _read(self) -> End | None:
        self._has_more = False
        try:
            content = os.read(self._messages, CHUNK)
        except BlockingIOError:
            return None
        except OSError:
            content = b""
        if not content:
            return End()
        self._has_more = True
        try:
            for message in self._reader.feed(content):
                if (end := self._take(message)) is not None:
                    return end
        except DamagedFrame as error:
            reason = f"wrote to its line to albench what is not a message: {error}"
            return End(CellStatus.CRASHED, reason)
        return None

    def _take(self, message: Message) -> End | None:
        if message.kind == "failure":
            return told_failure(message)
        try:
            if message.kind == "value":
                return self._value(message)
            answer = self._talk.answer(message)
        except QueryFault as error:
            return End(CellStatus.INVALID_QUERY, str(error))
        except AlbenchError as error:
            return End(CellStatus.ERROR, str(error))
        if answer is not None:
            self._pending += to_frame(answer)
        return None

    def _value(self, message: Message) -> End:
        if lack := self._talk.lack():
            raise AlbenchError(f"ended before its time: {lack}")
        return End(CellStatus.OK, value=message.plain.get("value"), peak_mb=told_peak(message))

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


def told_failure(message: Message) -> End:
    """Return a failure as the child reports it, as far as it makes sense.

    Parameters
    ----------
    message : Message
        What `child.failure_of` gave.

    Returns
    -------
    End
        With a status that a child may say of itself.
    """
    status, reason = message.plain.get("status"), message.plain.get("reason")
    complaints = message.plain.get("complaints")
    return End(
        CellStatus(status) if status in _TOLD else CellStatus.ERROR,
        reason if isinstance(reason, str) else "failed without a reason",
        peak_mb=told_peak(message),
        complaints=tuple(map(str, complaints)) if isinstance(complaints, list) else (),
    )


def told_peak(message: Message) -> float:
    """Return what a child says of its largest resident memory, in MiB; 0 if that is no number.

    Parameters
    ----------
    message : Message
        Of an end.

    Returns
    -------
    float
        As it may be recorded.
    """
    peak = message.plain.get("peak_mb")
    return peak if isinstance(peak, float) and 0 <= peak < float("inf") else 0.0


def with_where(where: str, reason: str) -> str:
    """Return why something failed, headed by whose code was running, unless it says so already."""
    return reason if not reason or reason.startswith(where) else f"{where}: {reason}"


_TOLD = (CellStatus.ERROR, CellStatus.OOM, CellStatus.INVALID_QUERY, CellStatus.VIOLATION)
"""What a child may say of its own end; all else is seen from outside."""

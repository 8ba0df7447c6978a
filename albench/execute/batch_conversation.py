"""The supervising side of a batch: each member's own conversation, and its share of the time."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from albench.errors import AlbenchError
from albench.execute.batch_task import ENDED, FAILED, MEMBER
from albench.execute.conversation import told_seconds
from albench.execute.listen import End, told_failure, told_peak, with_where
from albench.records.schema import CellStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from albench.execute.conversation import CellConversation
    from albench.execute.frames import Message


class BatchConversation:
    """Takes what the members of a batch say, and ends each when it has all its rounds.

    A member's time is what it was asked and scored for, its share of each training, and an equal
    part of what is left: the times of all members add up to the batch's.

    Parameters
    ----------
    talks : sequence of CellConversation
        The members', in the order of the task.
    seconds : float
        The limit of a member's time.
    on_end : callable
        Takes the number of a member that has ended, and how.
    """

    def __init__(
        self,
        talks: Sequence[CellConversation],
        seconds: float,
        on_end: Callable[[int, End], None],
    ) -> None:
        self._talks, self._limit, self._on_end = talks, seconds, on_end
        self._left = set(range(len(talks)))
        self._late: dict[int, str] = {}
        self._own = [0.0] * len(talks)
        self._query_began: tuple[int, float] | None = None
        self._began = self._heard = time.perf_counter()

    @property
    def left(self) -> list[int]:
        """The members that have not ended."""
        return sorted(self._left)

    @property
    def late(self) -> Mapping[int, str]:
        """The members that were over their limit when the batch was stopped, each with a reason."""
        return self._late

    @property
    def querying(self) -> int | None:
        """The member whose strategy is at work."""
        return None if self._query_began is None else self._query_began[0]

    def seconds_of(self, number: int) -> float:
        """Return a member's time so far.

        Parameters
        ----------
        number : int
            Its position in the task.

        Returns
        -------
        float
            Seconds.
        """
        now = time.perf_counter()
        at_work = 0.0 if self._query_began is None else now - self._query_began[1]
        rest = max(0.0, now - self._began - sum(self._own) - at_work) / len(self._talks)
        return self._own[number] + rest + (at_work if number == self.querying else 0.0)

    # -- what the supervisor asks ------------------------------------------------------------

    def answer(self, message: Message) -> Message | None:
        """Take what a member says.

        Parameters
        ----------
        message : Message
            Of a member that has not ended.

        Returns
        -------
        Message or None
            The labels of picks; nothing otherwise.

        Raises
        ------
        AlbenchError
            If it says what no child of albench says: then nothing else in it can be believed.
        """
        number = message.plain.get(MEMBER)
        if type(number) is not int or number not in self._left:
            raise AlbenchError(f"sent {message.kind!r} for an unknown member of the batch")
        self._heard = time.perf_counter()
        if message.kind == FAILED:
            self._end_query()
            self._end(number, told_failure(message))
            return None
        talk = self._talks[number]
        if message.kind == ENDED:
            if lack := talk.lack():
                raise AlbenchError(f"ended a member of the batch too early: {lack}")
            self._end(number, End(CellStatus.OK, peak_mb=told_peak(message)))
            return None
        n_rounds = len(talk.rounds)
        reply = talk.answer(message)
        if message.kind == "asks":
            self._query_began = number, self._heard
        elif message.kind == "picks":
            self._end_query()
            self._own[number] += told_seconds(message, "ahead_seconds")
        elif len(talk.rounds) > n_rounds:
            self._own[number] += talk.rounds[-1].train_seconds + talk.rounds[-1].evaluate_seconds
        return reply

    def lack(self) -> str:
        """Return how many members have not ended."""
        return f"{len(self._left)} members have not ended" if self._left else ""

    def where(self) -> str:
        """Return whose query is running; nobody during training."""
        return "" if self.querying is None else self._talks[self.querying].where()

    def max_bytes(self) -> int | None:
        """Return the size of the longest message of any member, if it is known for all."""
        sizes = [talk.max_bytes() for talk in self._talks]
        limits = [size for size in sizes if size is not None]
        return max(limits) if len(limits) == len(sizes) else None

    def overdue(self) -> str:
        """Return why the batch is stopped: a member, or the common training, is over its limit."""
        waited = time.perf_counter() - self._heard
        reason = f"stopped without a result after the limit of {self._limit:g} s"
        # Fixed here: until the child has ended, time goes on for those that were not late.
        self._late = {
            number: with_where(self._talks[number].where(), reason)
            for number in self.left
            if self.seconds_of(number) > self._limit
        }
        return reason if self._late or waited > self._limit else ""

    # -- ends ----------------------------------------------------------------------------------

    def _end_query(self) -> None:
        if self._query_began is not None:
            number, began = self._query_began
            self._own[number] += self._heard - began
            self._query_began = None

    def _end(self, number: int, end: End) -> None:
        self._left.remove(number)
        reason = with_where(self._talks[number].where(), end.reason)
        self._on_end(number, replace(end, reason=reason))

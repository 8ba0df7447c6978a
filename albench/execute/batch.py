"""Several cells in one child: each is asked and scored by itself, and all learn in lockstep."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, Any

from albench.errors import PurityViolation
from albench.execute.batch_task import ENDED, FAILED, MEMBER
from albench.execute.child import failure_of, peak_mb, print_traceback
from albench.execute.frames import Message
from albench.execute.open_cell import CellOpener
from albench.execute.rounds import Foresee, Teach, spoken, steps_of
from albench.learn.lifted_program import VERDICTS
from albench.learn.lockstep import Lockstep

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from albench.execute.batch_task import BatchTask
    from albench.execute.child import ChildLine
    from albench.execute.rounds import Steps
    from albench.execute.task import CellTask
    from albench.learn.lockstep import Pupil


def run_batch(batch: BatchTask, line: ChildLine) -> None:
    """Carry out the cells of a batch.

    Parameters
    ----------
    batch : BatchTask
        What to do.
    line : ChildLine
        Takes what each member says, and answers it.

    Raises
    ------
    Exception
        What ends all of them: an exception of their common training, memory that is used up, or a
        strategy that changed what others see as well.
    """
    VERDICTS.remember_in(batch.cache)
    lockstep = Lockstep()
    opener = CellOpener(lockstep)
    members = [
        _Member(number, task, opener, line, log)
        for number, (task, log) in enumerate(zip(batch.members, batch.logs, strict=True))
    ]
    answers: dict[_Member, Any] = dict.fromkeys(members)
    steps: dict[_Member, Foresee | Teach] = {}
    while answers:
        for member, answer in answers.items():
            step = member.advance(answer)
            if step is not None:
                steps[member] = step
        # Whoever is before its query goes first, so that all come to their trainings together.
        answers = _foreseen(steps, lockstep) or _taught(steps, lockstep)
        for member in answers:
            del steps[member]
    VERDICTS.keep()


def _foreseen(steps: Mapping[_Member, Foresee | Teach], lockstep: Lockstep) -> dict[_Member, float]:
    """Train the committees of first queries, and tell what those of later ones have taken."""
    began = time.perf_counter()
    committees = {
        member: step.opened.committee(step.number)
        for member, step in steps.items()
        if isinstance(step, Foresee)
    }
    pupils = [pupil for committee in committees.values() for pupil in committee]
    lockstep.fit(pupils)
    seconds = (time.perf_counter() - began) / max(1, len(pupils))
    return {
        member: member.took_ahead() + seconds * len(committee)
        for member, committee in committees.items()
    }


def _taught(steps: Mapping[_Member, Foresee | Teach], lockstep: Lockstep) -> dict[_Member, float]:
    """Train the cells themselves, and with them the committees of their next queries.

    Both learn from the same labels, so that they fit into one stack; the time is shared.
    """
    began = time.perf_counter()
    lessons = {member: step for member, step in steps.items() if isinstance(step, Teach)}
    pupils: dict[_Member, Pupil | None] = {}
    committees: dict[_Member, list[Pupil]] = {}
    for member, lesson in lessons.items():
        pupils[member] = lesson.opened.pupil(lesson.bought, lesson.labels, lesson.number)
        committees[member] = lesson.opened.next_committee(lesson.number)
    ahead = [pupil for committee in committees.values() for pupil in committee]
    lockstep.fit([pupil for pupil in pupils.values() if pupil is not None] + ahead)
    seconds = (time.perf_counter() - began) / max(1, len(lessons) + len(ahead))
    for member, committee in committees.items():
        member.train_ahead(seconds * len(committee))
    return dict.fromkeys(lessons, seconds)


class _Member:
    """One cell of a batch."""

    def __init__(
        self, number: int, task: CellTask, opener: CellOpener, line: ChildLine, log: Path
    ) -> None:
        self._line = _MemberLine(line, number)
        self._log = log
        self._opening = task, opener
        self._steps: Steps | None = None
        self._ahead_seconds = 0.0

    def train_ahead(self, seconds: float) -> None:
        """Note what the committee of the next query has taken."""
        self._ahead_seconds += seconds

    def took_ahead(self) -> float:
        """Return what has been noted for this query, once."""
        seconds, self._ahead_seconds = self._ahead_seconds, 0.0
        return seconds

    def advance(self, answer: object) -> Foresee | Teach | None:
        """Continue to the next step that is done together; None at the end, or after a failure.

        Parameters
        ----------
        answer : object
            What the last step came to.

        Returns
        -------
        Foresee, Teach or None
            What is to be trained.

        Raises
        ------
        BaseException
            What ends the whole batch: memory that is used up, or a strategy that changed what
            others see as well.
        """
        try:
            if self._steps is None:
                task, opener = self._opening
                self._steps = steps_of(task, opener.open(task))
            while not isinstance(step := self._steps.send(answer), Foresee | Teach):
                answer = spoken(step, self._line)
        except StopIteration:
            self._line.send(Message(ENDED, {"peak_mb": peak_mb()}))
            return None
        # As in a child of its own, whatever a plugin raises is this cell's end.
        except BaseException as error:
            end = failure_of(error)
            if end.plain["status"] == "oom":
                raise  # whose fault it is that memory is used up, a child of its own will show
            self._end(error, end)
            if isinstance(error, PurityViolation):
                raise
            return None
        return step

    def _end(self, error: BaseException, end: Message) -> None:
        with contextlib.suppress(OSError), self._log.open("a", encoding="utf-8") as log:
            print_traceback(error, log)
        self._steps = None
        self._line.send(Message(FAILED, {**end.plain, "peak_mb": peak_mb()}))


class _MemberLine:
    """A batch's line to the supervisor, on which one member speaks."""

    def __init__(self, line: ChildLine, number: int) -> None:
        self._line, self._number = line, number

    def send(self, message: Message) -> None:
        """Tell the supervisor something."""
        self._line.send(self._signed(message))

    def ask(self, message: Message) -> Message:
        """Send the supervisor a message, and return its answer."""
        return self._line.ask(self._signed(message))

    def _signed(self, message: Message) -> Message:
        return Message(message.kind, {**message.plain, MEMBER: self._number}, message.arrays)

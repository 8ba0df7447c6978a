"""A batch: cells of a block, or rounds 0 of its repetitions, supervised in one child together."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from albench.errors import AlbenchError
from albench.execute.batch_conversation import BatchConversation
from albench.execute.batch_task import BatchTask
from albench.execute.cell_supervisor import ROUND_ZERO_IS_THERE, round_zero_log
from albench.execute.supervise import Job, Outcome, supervise
from albench.records.retry_causes import Cause
from albench.records.schema import CellStatus, Finished

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Mapping, Sequence
    from multiprocessing.context import BaseContext

    from albench.execute.cell_supervisor import Begun, CellSupervisor
    from albench.execute.listen import End
    from albench.execute.run import RunSettings
    from albench.execute.task import CellTask
    from albench.planning import Cell


@dataclass(frozen=True)
class Broken:
    """What is left of a batch whose child has ended before its time.

    Parameters
    ----------
    suspect : Cell or None
        Whose strategy was at work; None if that cannot be told.
    others : tuple of Cell
        All others without an end; each goes on from its last round.
    has_cause : bool
        Whether it is likely that the others can go on together: the cause is not among them.
    cause : Cause
        Why they are tried again.
    """

    suspect: Cell | None
    others: tuple[Cell, ...]
    has_cause: bool
    cause: Cause = Cause.LOST

    @property
    def cells(self) -> tuple[Cell, ...]:
        """All that have not ended."""
        return self.others if self.suspect is None else (self.suspect, *self.others)


WHOLE = Broken(None, (), has_cause=False)
"""Of a batch of which nothing is left."""


class _RecordingFailed(Exception):
    """Carries an error from the recording of a member's end past the listener."""

    def __init__(self, error: AlbenchError) -> None:
        super().__init__(str(error))
        self.error = error


class BatchSupervisor:
    """Runs batches in children; what becomes of each member is told as soon as it has ended.

    An exception of a strategy is its cell's end. Whatever ends the child ends no cell: who was at
    work is a suspect, and a child of its own will show whether it is the cause.

    Parameters
    ----------
    cells : CellSupervisor
        Opens cells, and keeps their checkpoints.
    settings : RunSettings
        Limits, which are of each cell.
    context : BaseContext
        How children are started.
    """

    def __init__(self, cells: CellSupervisor, settings: RunSettings, context: BaseContext) -> None:
        self._cells, self._settings, self._context = cells, settings, context

    def run(
        self,
        cells: Sequence[Cell],
        stop: threading.Event,
        on_end: Callable[[Cell, Finished], None],
    ) -> Broken:
        """Run cells, each from its last checkpoint.

        Parameters
        ----------
        cells : sequence of Cell
            Of one block; references, or cells whose round 0 is there.
        stop : threading.Event
            Set from another thread to stop the child.
        on_end : callable
            Takes each cell with what is to be recorded of it.

        Returns
        -------
        Broken
            The cells that have not ended.

        Raises
        ------
        BaseException
            What `on_end` raises, after the child has been stopped.
        """
        begun: list[tuple[Cell, Begun]] = []
        for cell in cells:
            opened = self._cells.begin(cell)
            if isinstance(opened, Finished):
                on_end(cell, opened)
            else:
                begun.append((cell, opened))

        def ended(number: int, outcome: Outcome) -> None:
            cell, member = begun[number]
            on_end(cell, self._cells.end(cell, member.talk, outcome))

        logs = [cell.id for cell, _ in begun]
        return self._supervised(begun, "batch", logs, stop, ended)

    def rounds_zero(
        self,
        cells: Sequence[Cell],
        stop: threading.Event,
        on_end: Callable[[Cell, Outcome], None],
    ) -> Broken:
        """Train round 0 of several repetitions of a block, but of those of which it is there.

        There is one cell of each repetition; `stop` and `on_end` are as of `run`, but `on_end` is
        called with the outcome of round 0. Those that have not ended are returned.
        """
        begun: list[tuple[Cell, Begun]] = []
        for cell in cells:
            opened = self._cells.begin_round_zero(cell)
            if opened is None:
                on_end(cell, ROUND_ZERO_IS_THERE)
            else:
                begun.append((cell, opened))

        def ended(number: int, outcome: Outcome) -> None:
            cell, _ = begun[number]
            on_end(cell, self._cells.end_round_zero(cell, outcome))

        logs = [round_zero_log(cell) for cell, _ in begun]
        return self._supervised(begun, "starts", logs, stop, ended)

    def _supervised(
        self,
        begun: Sequence[tuple[Cell, Begun]],
        kind: str,
        logs: Sequence[str],
        stop: threading.Event,
        on_end: Callable[[int, Outcome], None],
    ) -> Broken:
        if not begun:
            return WHOLE

        def ended(number: int, end: End) -> None:
            outcome = Outcome(
                end.status or CellStatus.CRASHED,
                None,
                end.reason,
                talk.seconds_of(number),
                end.peak_mb,
            )
            try:
                on_end(number, outcome)
            except AlbenchError as error:  # of the record, and no fault of what the child said
                raise _RecordingFailed(error) from error

        talk = BatchConversation(
            [member.talk for _, member in begun], self._settings.cell_seconds, ended
        )
        tasks = [member.task for _, member in begun]
        try:
            with self._cells.device() as environment:
                job = self._job(tasks, logs, f"{kind}-{begun[0][0].id}", environment)
                outcome = supervise(job, self._context, talk, stop)
        except _RecordingFailed as failure:
            raise failure.error from failure
        return self._broken([cell for cell, _ in begun], talk, outcome, on_end)

    def _broken(
        self,
        members: Sequence[Cell],
        talk: BatchConversation,
        outcome: Outcome,
        on_end: Callable[[int, Outcome], None],
    ) -> Broken:
        left = {number: members[number] for number in talk.left}
        if outcome.status is CellStatus.TIMEOUT and talk.late:
            for number, reason in talk.late.items():
                del left[number]
                on_end(number, replace(outcome, reason=reason, seconds=talk.seconds_of(number)))
            return Broken(None, tuple(left.values()), has_cause=True)
        suspect = None
        if outcome.status is CellStatus.CRASHED and not outcome.is_lost:
            suspect = None if talk.querying is None else left.pop(talk.querying, None)
        cause = Cause.OUT_OF_MEMORY if outcome.status is CellStatus.OOM else Cause.LOST
        return Broken(suspect, tuple(left.values()), has_cause=suspect is not None, cause=cause)

    def _job(
        self,
        tasks: Sequence[CellTask],
        logs: Sequence[str],
        log: str,
        environment: Mapping[str, str],
    ) -> Job:
        files = tuple(self._cells.logs / f"{name}.log" for name in logs)
        return Job(
            target="albench.execute.batch:run_batch",
            payload=BatchTask(members=tuple(tasks), logs=files, cache=self._settings.cache),
            log=self._cells.logs / f"{log}.log",
            seconds=math.inf,
            memory_mb=self._settings.memory_mb,
            environment=environment,
        )

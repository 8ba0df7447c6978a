"""One cell or round 0, supervised in a child from its last checkpoint to its end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from albench.execute import checkpoint
from albench.execute.conversation import CellConversation, fits
from albench.execute.devices import DevicePool
from albench.execute.repetition import open_repetition
from albench.execute.retry_counts import Retries
from albench.execute.run import LOGS, process_context
from albench.execute.supervise import Job, Outcome, supervise, supervise_again
from albench.execute.task import task_for
from albench.records.retry_causes import Cause
from albench.records.schema import CellStatus, Finished

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from numpy.typing import NDArray

    from albench.execute.checkpoint import Checkpoint
    from albench.execute.prepare import Prepared
    from albench.execute.repetition import Repetition
    from albench.execute.run import Progress, RunSettings
    from albench.execute.task import CellTask
    from albench.planning import Cell, Edit, Resolved, Sources
    from albench.registry import Component


ROUND_ZERO_IS_THERE = Outcome(CellStatus.OK, None, "", 0.0, 0.0)


@dataclass(frozen=True, eq=False)
class Begun:
    """A task, and the supervising side of it.

    Parameters
    ----------
    task : CellTask
        What a child is told.
    talk : CellConversation
        Takes what it says.
    """

    task: CellTask
    talk: CellConversation


@dataclass(frozen=True)
class Attempt:
    """How one attempt at a cell ended.

    Parameters
    ----------
    finished : Finished
        For the record, unless the attempt was lost or stopped.
    is_lost : bool
        Whether it ended through no fault that can be known: the fork server died.
    """

    finished: Finished
    is_lost: bool = False


class CellSupervisor:
    """Runs cells in children, each from its last checkpoint; what becomes of them is returned.

    Nothing is recorded here: engines decide where cells run and who writes the journal.

    Parameters
    ----------
    resolved : Resolved
        Names and options.
    block_of : callable
        Gives a cell's prepared data; called from the thread that supervises the cell.
    settings : RunSettings
        Limits, and the folder of results.
    on_round : callable
        Called with each cell whose round has ended, the round, and how many are left, after the
        checkpoint has been written.
    watch : callable
        Told of each attempt that is made again.
    """

    def __init__(
        self,
        resolved: Resolved,
        block_of: Callable[[Cell], Prepared],
        settings: RunSettings,
        on_round: Callable[[Cell, int, int], None],
        watch: Callable[[Progress], None] = lambda _: None,
    ) -> None:
        self._resolved, self._block_of = resolved, block_of
        self._settings, self._on_round = settings, on_round
        self.retries = Retries(watch)
        self._context = process_context()
        self._devices = DevicePool(settings.devices)
        self.work = settings.results / "work"
        self.logs = settings.results / LOGS

    def round_zero(self, cell: Cell, stop: threading.Event) -> Outcome:
        """Train the round 0 of a cell's repetition, unless that has been done.

        If the outcome is ``ok``, the checkpoint lies at `round_zero_path`. `stop` is set from
        another thread to stop the child.
        """
        if self.has_round_zero(cell):
            return ROUND_ZERO_IS_THERE

        def attempt() -> Outcome:
            begun = self.begin_round_zero(cell)
            if begun is None:  # an attempt that was lost had come so far
                return ROUND_ZERO_IS_THERE
            with self.device() as environment:
                job = self.job(begun.task, round_zero_log(cell), environment)
                return supervise(job, self._context, begun.talk, stop)

        def unless_lost() -> Outcome:
            return supervise_again(attempt, lambda: self.retries.add(cell, Cause.LOST))

        outcome = unless_lost()
        if self._is_worth_another(cell, outcome.status, stop):
            outcome = unless_lost()
        return self.end_round_zero(cell, outcome)

    def begin_round_zero(self, cell: Cell) -> Begun | None:
        """Return what a child is told of the round 0 of a cell's repetition, and the talk with it.

        It is None if round 0 is there already.
        """
        repetition, path = self._repetition(cell), self.round_zero_path(cell)
        if _load(path, repetition) is not None:
            return None
        task = self._task(cell, repetition, repetition.first_labels())
        return Begun(
            task, CellConversation(repetition, task, 1, lambda end: checkpoint.save(path, end))
        )

    def end_round_zero(self, cell: Cell, outcome: Outcome) -> Outcome:
        """Return how the round 0 of a cell's repetition ended, by how its child did.

        It ended badly if a component was edited meanwhile. If it is ``ok``, the checkpoint lies at
        `round_zero_path`.
        """
        edits = self._resolved.sources.edits_meanwhile(cell, round_zero=True)
        if edits and outcome.status is CellStatus.OK:
            checkpoint.remove(self.round_zero_path(cell))
            return replace(outcome, status=CellStatus.ERROR, reason=_edited(edits))
        return outcome

    def has_round_zero(self, cell: Cell) -> bool:
        """Return whether a repetition's round 0 is there, whole and of this repetition."""
        return _load(self.round_zero_path(cell), self._repetition(cell)) is not None

    def cell(
        self,
        cell: Cell,
        stop: threading.Event,
        *,
        may_be_lost: bool = True,
    ) -> Attempt:
        """Run a cell, from its own checkpoint or from round 0 of its repetition.

        One that runs out of memory goes on from its last round, once.

        Parameters
        ----------
        cell : Cell
            The reference, or a cell whose round 0 is there.
        stop : threading.Event
            Set from another thread to stop the child.
        may_be_lost : bool
            False if it runs alone, so that the end of the fork server is its own doing.

        Returns
        -------
        Attempt
            Its checkpoint is still there: see `forget`.
        """
        attempt = self._attempt(cell, stop, may_be_lost=may_be_lost)
        if self._is_worth_another(cell, attempt.finished.status, stop):
            attempt = self._attempt(cell, stop, may_be_lost=may_be_lost)
        return attempt

    def _is_worth_another(self, cell: Cell, status: CellStatus, stop: threading.Event) -> bool:
        """Return whether a cell ran out of memory for the first time; then that is counted."""
        is_first = status is CellStatus.OOM and self.retries.allow_memory(cell)
        if is_first and not stop.is_set():
            self.retries.add(cell, Cause.OUT_OF_MEMORY)
            return True
        return False

    def _attempt(self, cell: Cell, stop: threading.Event, *, may_be_lost: bool) -> Attempt:
        begun = self.begin(cell)
        if isinstance(begun, Finished):
            return Attempt(begun)
        with self.device() as environment:
            job = self.job(begun.task, cell.id, environment)
            outcome = supervise(job, self._context, begun.talk, stop)
        if outcome.is_lost and not may_be_lost:
            outcome = replace(
                outcome, reason=f"{outcome.reason}, when it ran alone as well", is_lost=False
            )
        return Attempt(self.end(cell, begun.talk, outcome), outcome.is_lost)

    def begin(self, cell: Cell) -> Begun | Finished:
        """Return what a child is told of a cell, and the talk with it.

        The cell is the reference, or one whose round 0 is there. If it cannot begin, what is to be
        recorded is returned instead.
        """
        if edits := self._resolved.sources.edits_meanwhile(cell):
            return Finished(cell=cell.id, status=CellStatus.ERROR, reason=_edited(edits))
        repetition = self._repetition(cell)
        if cell.strategy is None:
            return self._reference(cell, repetition)
        begun = _load(self.own_path(cell), repetition) or _load(
            self.round_zero_path(cell), repetition
        )
        if begun is None:  # round 0 was there a moment ago
            reason = "round 0 has been deleted or damaged since; run the benchmark again"
            return Finished(cell=cell.id, status=CellStatus.ERROR, reason=reason)
        return self._going_on(cell, repetition, begun)

    def end(self, cell: Cell, talk: CellConversation, outcome: Outcome) -> Finished:
        """Return what is to be recorded of a cell: an error if a component was edited meanwhile.

        `talk` is what was told of it, and `outcome` how it ended.
        """
        edits = self._resolved.sources.edits_meanwhile(cell)
        if edits and outcome.status is CellStatus.OK:
            checkpoint.remove(self.own_path(cell))
            outcome = replace(outcome, status=CellStatus.ERROR, reason=_edited(edits))
        return Finished(
            cell=cell.id,
            status=outcome.status,
            reason=outcome.reason,
            seconds=outcome.seconds,
            peak_mb=outcome.peak_mb,
            part=talk.part,
            rounds=talk.rounds,
            sources=self._resolved.sources.of(cell),
            retries=self.retries.of(cell.id),
        )

    def forget(self, cell: Cell, finished: Finished) -> None:
        """Remove the checkpoint of a cell that has been recorded as a success."""
        if finished.status is CellStatus.OK:
            checkpoint.remove(self.own_path(cell))

    def device(self) -> AbstractContextManager[Mapping[str, str]]:
        """Return the reservation of the GPU that fewest children have; see `DevicePool.one`."""
        return self._devices.one()

    def job(self, task: CellTask, log: str, environment: Mapping[str, str]) -> Job:
        """Return what a child does that carries out one task, within a cell's limits.

        `log` is the name of its log, and `environment` what is set in the child's environment.
        """
        return Job(
            target="albench.execute.rounds:run_alone",
            payload=task,
            log=self.logs / f"{log}.log",
            seconds=self._settings.cell_seconds,
            memory_mb=self._settings.memory_mb,
            environment=environment,
        )

    def round_zero_path(self, cell: Cell) -> Path:
        """Return where the network after a repetition's round 0 lies."""
        return round_zero_path(self.work, cell, self._resolved.sources)

    def own_path(self, cell: Cell) -> Path:
        """Return where the network after a cell's last round lies."""
        return _tagged(self.work / "checkpoints", cell.id, self._resolved.sources.cell_tag(cell))

    def _reference(self, cell: Cell, repetition: Repetition) -> Begun:
        task = self._task(cell, repetition, repetition.train)
        return Begun(
            task, CellConversation(repetition, task, 1, lambda _: self._on_round(cell, 0, 0))
        )

    def _going_on(self, cell: Cell, repetition: Repetition, begun: Checkpoint) -> Begun:
        labelled = np.array(begun.labelled, dtype=np.intp)
        strategy = self._strategy(cell)
        task = replace(
            self._task(cell, repetition, labelled),
            strategy=strategy,
            acquired=np.array([c for e in begun.rounds for c in e.acquired], dtype=np.intp),
            n_rounds=len(begun.rounds),
            state=begun.state,
        )
        if strategy.descriptor.is_oracle:
            task = replace(task, pool_labels=repetition.told_to_oracles(repetition.train))

        n_rounds = len(repetition.schedule.targets)

        def on_round(end: Checkpoint) -> None:
            checkpoint.save(self.own_path(cell), end)
            self._on_round(cell, len(end.rounds) - 1, n_rounds - len(end.rounds))

        return Begun(task, CellConversation(repetition, task, n_rounds, on_round, begun))

    def _repetition(self, cell: Cell) -> Repetition:
        return open_repetition(cell, self._block_of(cell).cohort)

    def _strategy(self, cell: Cell) -> Component:
        if cell.strategy is None:
            raise ValueError("the reference has no strategy")
        return self._resolved.strategies[cell.strategy.label].component

    def _task(self, cell: Cell, repetition: Repetition, labelled: NDArray[np.intp]) -> CellTask:
        return task_for(cell, self._block_of(cell), repetition, labelled)


def round_zero_failed(cell: Cell, outcome: Outcome) -> Finished:
    """Return the record of a cell that cannot begin, since its repetition's round 0 failed.

    Parameters
    ----------
    cell : Cell
        Waiting for it.
    outcome : Outcome
        Of round 0.

    Returns
    -------
    Finished
        With the status and the reason of round 0.
    """
    reason = f"round 0 of this repetition failed: {outcome.reason}"
    return Finished(cell=cell.id, status=outcome.status, reason=reason, seconds=outcome.seconds)


def round_zero_log(cell: Cell) -> str:
    """Return the name of the log of round 0 of a cell's repetition, which its cells share."""
    return f"start-{cell.round_zero_id}"


def round_zero_path(work: Path, cell: Cell, sources: Sources) -> Path:
    """Return where the network after round 0 of a cell's repetition lies.

    Parameters
    ----------
    work : Path
        The folder ``work`` of results.
    cell : Cell
        Any of the repetition.
    sources : Sources
        What makes it: another place for every edit of a working copy.

    Returns
    -------
    Path
        The file may be missing.
    """
    return _tagged(work / "starts", cell.round_zero_id, sources.round_zero_tag(cell))


def _tagged(folder: Path, name: str, tag: str) -> Path:
    """Return where a checkpoint lies: another place for every edit of a working copy."""
    return folder / f"{name}{tag and '-'}{tag}{checkpoint.SUFFIX}"


def _edited(edits: Sequence[Edit]) -> str:
    names = ", ".join(f"{edit.name} ({edit.file})" for edit in edits)
    return f"the source of {names} was edited during the run; run the same command again"


def _load(path: Path, repetition: Repetition) -> Checkpoint | None:
    """Return a checkpoint if it is whole and of this repetition; anything else is discarded."""
    begun = checkpoint.load(path)
    return begun if begun is not None and fits(begun, repetition) else None

"""A run: every cell supervised and journalled, and resumed next time."""

from __future__ import annotations

import threading
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from albench.execute import checkpoint
from albench.execute.conversation import CellConversation, fits
from albench.execute.processes import context
from albench.execute.repetition import open_repetition
from albench.execute.supervise import Job, Outcome, supervise, supervise_again
from albench.execute.task import task_for
from albench.execute.untouched import require_untouched
from albench.records import journal
from albench.records.schema import Finished, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from concurrent.futures import Executor
    from multiprocessing.context import BaseContext
    from pathlib import Path

    from numpy.typing import NDArray

    from albench.execute.checkpoint import Checkpoint
    from albench.execute.prepare import Prepared
    from albench.execute.repetition import Repetition
    from albench.execute.task import CellTask
    from albench.plan import Cell, Resolved
    from albench.records.journal import Journal
    from albench.registry import Component

PRELOAD = ("albench.execute.ignore_interrupts", "albench.execute.preload")


@dataclass(frozen=True)
class Progress:
    """Something that happened, for whoever watches.

    Parameters
    ----------
    kind : str
        ``prepare``, ``notice``, ``start``, ``round`` or ``cell``.
    cell : Cell or None
        Which cell; of a start, any cell of its repetition.
    finished : Finished or None
        How the cell ended.
    text : str
        What else there is to say.
    """

    kind: str
    cell: Cell | None = None
    finished: Finished | None = None
    text: str = ""


@dataclass(frozen=True)
class Settings:
    """How a run is carried out; no part of any cell's identity.

    Parameters
    ----------
    results : Path
        The results folder.
    cache : Path
        The folder of the feature cache.
    jobs : int
        How many cells run at once.
    cell_seconds : float
        The hard limit of a cell's wall time.
    memory_mb : float or None
        The hard limit of a cell's resident memory, in MiB.
    """

    results: Path
    cache: Path
    jobs: int
    cell_seconds: float
    memory_mb: float | None


def process_context(resolved: Resolved) -> BaseContext:
    """Return how children start, with the plugins in use imported already.

    Parameters
    ----------
    resolved : Resolved
        Names and options.

    Returns
    -------
    BaseContext
        With albench's own imported alone: what another plugin does when it is imported must stay in
        its cell.
    """
    own = [part for part in resolved.components if part.distribution == "albench"]
    modules = {part.descriptor.target.partition(":")[0] for part in own}
    return context([*PRELOAD, *sorted(modules)])


def done_cells(results: Path) -> dict[str, Finished]:
    """Return the cells of a results folder that have succeeded.

    Parameters
    ----------
    results : Path
        May be missing.

    Returns
    -------
    dict of str to Finished
        By identity.
    """
    done: dict[str, Finished] = {}
    for end in journal.read(results / "journal").cells:
        if end.status is Status.OK:
            done.setdefault(end.cell, end)
    return done


@dataclass(frozen=True)
class _Ended:
    """A job that is over: the round 0 that others may wait for, or a cell that none does."""

    round_zero_id: str
    outcome: Outcome
    lost: Cell | None = None  # to be run again by itself, since the fork server died


class Run:
    """Carries out what of a plan is not done yet.

    Parameters
    ----------
    resolved : Resolved
        Names and options.
    prepared : mapping
        What `prepare_all` gave.
    settings : Settings
        How.
    watch : callable
        Told of everything that happens; called from several threads, one at a time.
    """

    def __init__(
        self,
        resolved: Resolved,
        prepared: Mapping[tuple[str, tuple[str, ...], str], Prepared],
        settings: Settings,
        watch: Callable[[Progress], None],
    ) -> None:
        self._resolved = resolved
        self._prepared = prepared
        self._settings = settings
        self._watch = watch
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._context = process_context(resolved)
        self._work = settings.results / "work"

    @property
    def results(self) -> Path:
        """The results folder."""
        return self._settings.results

    def carry_out(self, cells: Sequence[Cell], records: Journal) -> None:
        """Run cells, each in its own child, and journal what becomes of them.

        Parameters
        ----------
        cells : sequence of Cell
            Those that are not done; of equal ones, one is run.
        records : Journal
            Takes one event a cell.

        Raises
        ------
        BaseException
            What interrupts it, after every child has been stopped.
        """
        unique = {cell.id: cell for cell in cells}
        with ThreadPoolExecutor(self._settings.jobs) as slots:
            try:
                lost = self._run_all(list(unique.values()), records, slots)
                # Whoever ends the fork server is among them: singly, it harms no other any more.
                for cell in lost:
                    slots.submit(self._cell, cell, records, may_be_lost=False).result()
            except BaseException:  # an interrupt as well: no child may outlive the run
                self._stop.set()
                slots.shutdown(wait=False, cancel_futures=True)
                raise

    def _run_all(self, cells: Sequence[Cell], records: Journal, slots: Executor) -> list[Cell]:
        """Run references and rounds 0, and each strategy's cell when its round 0 is there."""
        waiting: dict[str, list[Cell]] = {}
        lost: list[Cell] = []
        for cell in cells:
            if cell.strategy is not None:
                waiting.setdefault(cell.round_zero_id, []).append(cell)
        running: set[Future[_Ended]] = {
            slots.submit(self._cell, cell, records) for cell in cells if cell.strategy is None
        } | {slots.submit(self._round_zero, group[0]) for group in waiting.values()}
        while running:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for ended in (future.result() for future in done):
                lost += [ended.lost] if ended.lost else []
                for cell in waiting.pop(ended.round_zero_id, []):
                    if ended.outcome.status is Status.OK:
                        running.add(slots.submit(self._cell, cell, records))
                    else:
                        self._record(records, cell, _round_zero_failed(cell, ended.outcome))
        return lost

    def _round_zero(self, cell: Cell) -> _Ended:
        repetition = self._repetition(cell)
        path = self._round_zero_path(cell)
        if _load(path, repetition) is not None:
            return _Ended(cell.round_zero_id, Outcome(Status.OK, None, "", 0.0, 0.0))
        labelled = repetition.first_labels()
        task = self._task(cell, repetition, labelled)
        job = self._job("run_once", task, f"start-{cell.round_zero_id}")

        def attempt() -> Outcome:
            talk = CellConversation(repetition, task, 1, lambda end: checkpoint.save(path, end))
            return supervise(job, self._context, talk, self._stop)

        outcome = supervise_again(attempt)
        self._tell(Progress("start", cell, text=outcome.reason))
        return _Ended(cell.round_zero_id, outcome)

    def _cell(self, cell: Cell, records: Journal, may_be_lost: bool = True) -> _Ended:
        repetition = self._repetition(cell)
        if cell.strategy is None:
            task, talk = self._reference(cell, repetition)
        else:
            begun = _load(self._own_path(cell), repetition) or _load(
                self._round_zero_path(cell), repetition
            )
            if begun is None:  # round 0 was there a moment ago
                reason = "round 0 has been deleted or damaged since; run the benchmark again"
                outcome = Outcome(Status.ERROR, None, reason, 0.0, 0.0)
                self._record(
                    records, cell, Finished(cell=cell.id, status=Status.ERROR, reason=reason)
                )
                return _Ended(cell.id, outcome)
            task, talk = self._going_on(cell, repetition, begun)
        job = self._job("run_once" if cell.strategy is None else "run_cell", task, cell.id)
        outcome = supervise(job, self._context, talk, self._stop)
        if outcome.is_lost and may_be_lost:
            return _Ended(cell.id, outcome, cell)
        if outcome.is_lost:
            outcome = replace(outcome, reason=f"{outcome.reason}, when it ran alone as well")
        finished = Finished(
            cell=cell.id,
            status=outcome.status,
            reason=outcome.reason,
            seconds=outcome.seconds,
            peak_mb=outcome.peak_mb,
            part=talk.part,
            rounds=talk.rounds,
        )
        self._record(records, cell, finished)
        if outcome.status is Status.OK:
            checkpoint.remove(self._own_path(cell))
        return _Ended(cell.id, outcome)

    def _record(self, records: Journal, cell: Cell, finished: Finished) -> None:
        if self._stop.is_set():
            return  # the user stopped it: it has no result, and goes on from its checkpoint
        require_untouched()  # by now, a plugin's thread may have replaced what scored it
        records.append("cell", finished.to_json())
        self._tell(Progress("cell", cell, finished))

    def _tell(self, progress: Progress) -> None:
        with self._lock:
            self._watch(progress)

    def _reference(self, cell: Cell, repetition: Repetition) -> tuple[CellTask, CellConversation]:
        task = self._task(cell, repetition, repetition.train)

        def on_round(_: Checkpoint) -> None:
            self._tell(Progress("round", cell))

        talk = CellConversation(repetition, task, 1, on_round)
        return task, talk

    def _going_on(
        self, cell: Cell, repetition: Repetition, begun: Checkpoint
    ) -> tuple[CellTask, CellConversation]:
        labelled = np.array(begun.labelled, dtype=np.intp)
        strategy = self._strategy(cell)
        task = replace(
            self._task(cell, repetition, labelled),
            strategy=strategy,
            n_rounds=len(begun.rounds),
            state=begun.state,
        )
        if strategy.descriptor.is_oracle:
            task = replace(task, pool_labels=repetition.labels_of(repetition.train))

        def on_round(end: Checkpoint) -> None:
            checkpoint.save(self._own_path(cell), end)
            self._tell(Progress("round", cell))

        n_rounds = len(repetition.schedule.targets)
        return task, CellConversation(repetition, task, n_rounds, on_round, begun)

    def _repetition(self, cell: Cell) -> Repetition:
        return open_repetition(cell, self._block(cell).cohort)

    def _block(self, cell: Cell) -> Prepared:
        return self._prepared[cell.cohort, cell.modalities, cell.model.label]

    def _strategy(self, cell: Cell) -> Component:
        if cell.strategy is None:
            raise ValueError("the reference has no strategy")
        return self._resolved.strategies[cell.strategy.label].component

    def _task(self, cell: Cell, repetition: Repetition, labelled: NDArray[np.intp]) -> CellTask:
        return task_for(cell, self._block(cell), repetition, labelled)

    def _round_zero_path(self, cell: Cell) -> Path:
        return self._work / "starts" / f"{cell.round_zero_id}{checkpoint.SUFFIX}"

    def _own_path(self, cell: Cell) -> Path:
        return self._work / "checkpoints" / f"{cell.id}{checkpoint.SUFFIX}"

    def _job(self, name: str, task: CellTask, log: str) -> Job:
        return Job(
            target=f"albench.execute.rounds:{name}",
            payload=task,
            log=self._work / "logs" / f"{log}.log",
            seconds=self._settings.cell_seconds,
            memory_mb=self._settings.memory_mb,
        )


def _load(path: Path, repetition: Repetition) -> Checkpoint | None:
    """Return a checkpoint if it is whole and of this repetition; anything else is begun anew."""
    found = checkpoint.load(path)
    return found if found is not None and fits(found, repetition) else None


def _round_zero_failed(cell: Cell, outcome: Outcome) -> Finished:
    reason = f"round 0 of this repetition failed: {outcome.reason}"
    return Finished(cell=cell.id, status=outcome.status, reason=reason, seconds=outcome.seconds)


def remaining(cells: Iterable[Cell], done: Mapping[str, Finished]) -> list[Cell]:
    """Return the cells that have no success yet.

    Parameters
    ----------
    cells : iterable of Cell
        Planned.
    done : mapping of str to Finished
        What `done_cells` gave.

    Returns
    -------
    list of Cell
        In the order of the plan.
    """
    return [cell for cell in cells if cell.id not in done]

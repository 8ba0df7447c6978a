"""The engine of one machine: a pool of threads, each of which supervises a child."""

from __future__ import annotations

import threading
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING

from albench.engines.cell_batches import CellBatches
from albench.engines.stops import Stops
from albench.engines.work import Agenda, Unit
from albench.execute.batch_supervisor import BatchSupervisor
from albench.execute.cell_supervisor import CellSupervisor
from albench.execute.interrupts import NOTICE
from albench.execute.run import Progress, process_context
from albench.records.retry_causes import Cause
from albench.records.schema import CellStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from albench.engines.engine import Record
    from albench.execute.batch_supervisor import Broken
    from albench.execute.prepare import Prepared
    from albench.execute.run import RunSettings
    from albench.execute.supervise import Outcome
    from albench.planning import Cell, Resolved
    from albench.records.schema import Finished


POLL_SECONDS = 0.5
"""How soon it is told that a run ends early."""


@dataclass(frozen=True)
class _Ended:
    """A unit that is over, with the outcomes of its rounds 0 and what is left of it."""

    rounds_zero: tuple[tuple[Cell, Outcome], ...] = ()
    left: tuple[Unit, ...] = ()
    lost: tuple[Unit, ...] = ()


class LocalEngine:
    """Runs cells in children of this process.

    Parameters
    ----------
    resolved : Resolved
        Names and options.
    prepared : mapping
        What `prepare_all` gave.
    settings : RunSettings
        How.
    watch : callable
        Receives every event; called from several threads, one at a time.
    """

    def __init__(
        self,
        resolved: Resolved,
        prepared: Mapping[tuple[str, tuple[str, ...], str], Prepared],
        settings: RunSettings,
        watch: Callable[[Progress], None],
    ) -> None:
        self._settings, self._watch = settings, watch
        self._lock = threading.Lock()
        self._stops = Stops()
        self._supervisor = CellSupervisor(
            resolved,
            lambda cell: prepared[cell.cohort, cell.modalities, cell.model.label],
            settings,
            self._end_round,
            self._tell,
        )
        self._together = BatchSupervisor(self._supervisor, settings, process_context())
        self._batches = CellBatches(resolved, prepared, settings)

    def end_soon(self) -> None:
        """Begin nothing more, and stop each child after its round; see `Engine.end_soon`."""
        self._stops.end_soon()

    def carry_out(self, cells: Sequence[Cell], record: Record) -> None:
        """Run cells; see `Engine.carry_out`.

        What interrupts it is raised after every child has been stopped.
        """
        agenda = Agenda.of(cells, self._batches.of)
        with ThreadPoolExecutor(self._settings.jobs) as slots:
            try:
                self._run_all(agenda, record, slots)
                # The cell that kills the fork server is among them: run singly, it harms no other.
                for unit in agenda.alone:
                    slots.submit(self._carry_out, unit, record, may_be_lost=False).result()
            except BaseException:  # an interrupt as well: no child may outlive the run
                self._stops.stop_all()
                slots.shutdown(wait=False, cancel_futures=True)
                raise

    def _run_all(self, agenda: Agenda, record: Record, slots: ThreadPoolExecutor) -> None:
        running: set[Future[_Ended]] = set()
        is_told = False
        while agenda.ready or running:
            while agenda.ready:
                unit = agenda.ready.popleft()
                running.add(slots.submit(self._carry_out, unit, record))
            done, running = wait(running, POLL_SECONDS, FIRST_COMPLETED)
            if self._stops.is_ending and not is_told:
                self._tell(Progress("notice", text=NOTICE))
                is_told = True
            for ended in (future.result() for future in done):
                agenda.alone.extend(ended.lost)
                agenda.ready.extend(ended.left)
                for cell, failed in agenda.end_rounds_zero(ended.rounds_zero):
                    self._record(record, cell, failed)

    def _carry_out(self, unit: Unit, record: Record, may_be_lost: bool = True) -> _Ended:
        if self._stops.is_ending:
            return _Ended()
        with self._stops.of(unit.cells) as stop:
            if len(unit.cells) > 1:
                way = self._rounds_zero if unit.is_round_zero else self._batch
                return way(unit, record, stop)
            if unit.is_round_zero:
                return self._round_zero(unit, stop)
            return self._cell(unit, record, stop, may_be_lost=may_be_lost)

    # -- one in a child ------------------------------------------------------------------------

    def _round_zero(self, unit: Unit, stop: threading.Event) -> _Ended:
        (cell,) = unit.cells
        self._tell(Progress("begin", cell, round=0))
        outcome = self._supervisor.round_zero(cell, stop)
        self._tell(Progress("round zero", cell, text=outcome.reason))
        return _Ended(rounds_zero=((cell, outcome),))

    def _cell(
        self, unit: Unit, record: Record, stop: threading.Event, *, may_be_lost: bool
    ) -> _Ended:
        (cell,) = unit.cells
        self._tell(Progress("begin", cell))
        attempt = self._supervisor.cell(cell, stop, may_be_lost=may_be_lost)
        if attempt.is_lost:
            self._supervisor.retries.add(cell, Cause.LOST)
            return _Ended(lost=(unit,))
        if not stop.is_set() or attempt.finished.status is CellStatus.OK:
            self._finish(cell, attempt.finished, record)
        return _Ended()

    # -- a batch in a child --------------------------------------------------------------------

    def _rounds_zero(self, unit: Unit, _: Record, stop: threading.Event) -> _Ended:
        rounds_zero: list[tuple[Cell, Outcome]] = []

        def ended(cell: Cell, outcome: Outcome) -> None:
            self._tell(Progress("round zero", cell, text=outcome.reason))
            rounds_zero.append((cell, outcome))

        for cell in unit.cells:
            self._tell(Progress("begin", cell, round=0))
        broken = self._together.rounds_zero(unit.cells, stop, ended)
        left = tuple(Unit((cell,), is_round_zero=True) for cell in broken.cells)
        return _Ended(tuple(rounds_zero), self._to_go_on(left, broken))

    def _batch(self, unit: Unit, record: Record, stop: threading.Event) -> _Ended:
        for cell in unit.cells:
            self._tell(Progress("begin", cell))
        broken = self._together.run(
            unit.cells, stop, lambda cell, finished: self._finish(cell, finished, record)
        )
        groups = [broken.others] if broken.has_cause else [(cell,) for cell in broken.others]
        groups += [] if broken.suspect is None else [(broken.suspect,)]
        left = [Unit(group) for group in groups if group]
        return _Ended(left=self._to_go_on(left, broken))

    def _to_go_on(self, left: Sequence[Unit], broken: Broken) -> tuple[Unit, ...]:
        """Return what is left of a batch, unless the user has stopped the run."""
        if self._stops.is_ending:
            return ()
        for cell in broken.cells:
            self._supervisor.retries.add(cell, broken.cause)
        return tuple(left)

    # -- ends ----------------------------------------------------------------------------------

    def _end_round(self, cell: Cell, number: int, n_left: int) -> None:
        self._tell(Progress("round", cell, round=number))
        self._stops.end_round(cell, n_left)

    def _finish(self, cell: Cell, finished: Finished, record: Record) -> None:
        self._record(record, cell, finished)
        self._supervisor.forget(cell, finished)
        self._stops.end(cell)

    def _record(self, record: Record, cell: Cell, finished: Finished) -> None:
        if not self._stops.are_all_stopped:  # else it goes on from its checkpoint next time
            record(cell, finished)

    def _tell(self, progress: Progress) -> None:
        with self._lock:
            self._watch(progress)

"""The engine of one machine: a pool of threads, each of which supervises a child."""

from __future__ import annotations

import threading
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING

from albench.engines.work import Agenda, Unit
from albench.execute.cell_supervisor import CellSupervisor
from albench.execute.run import Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from albench.engines.engine import Record
    from albench.execute.cell_supervisor import Attempt
    from albench.execute.prepare import Prepared
    from albench.execute.run import Settings
    from albench.execute.supervise import Outcome
    from albench.planning import Cell, Resolved
    from albench.records.schema import Finished


@dataclass(frozen=True)
class _Ended:
    """A unit that is over: a round 0 with its outcome, or a cell that was lost or recorded."""

    unit: Unit
    outcome: Outcome | None = None
    is_lost: bool = False


class LocalEngine:
    """Runs cells in children of this process.

    Parameters
    ----------
    resolved : Resolved
        Names and options.
    prepared : mapping
        What `prepare_all` gave.
    settings : Settings
        How.
    watch : callable
        Receives every event; called from several threads, one at a time.
    """

    def __init__(
        self,
        resolved: Resolved,
        prepared: Mapping[tuple[str, tuple[str, ...], str], Prepared],
        settings: Settings,
        watch: Callable[[Progress], None],
    ) -> None:
        self._settings, self._watch = settings, watch
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._supervisor = CellSupervisor(
            resolved,
            lambda cell: prepared[cell.cohort, cell.modalities, cell.model.label],
            settings,
            lambda cell, number: self._tell(Progress("round", cell, round=number)),
        )

    def carry_out(self, cells: Sequence[Cell], record: Record) -> None:
        """Run cells; see `Engine.carry_out`.

        Parameters
        ----------
        cells : sequence of Cell
            Those that have no result yet.
        record : callable
            Takes each cell with its outcome.

        Raises
        ------
        BaseException
            What interrupts it, after every child has been stopped.
        """
        agenda = Agenda.of(cells)
        with ThreadPoolExecutor(self._settings.jobs) as slots:
            try:
                self._run_all(agenda, record, slots)
                # The cell that kills the fork server is among them: run singly, it harms no other.
                for unit in agenda.alone:
                    slots.submit(self._cells, unit, record, may_be_lost=False).result()
            except BaseException:  # an interrupt as well: no child may outlive the run
                self._stop.set()
                slots.shutdown(wait=False, cancel_futures=True)
                raise

    def _run_all(self, agenda: Agenda, record: Record, slots: ThreadPoolExecutor) -> None:
        running: set[Future[_Ended]] = set()
        while agenda.ready or running:
            while agenda.ready:
                unit = agenda.ready.popleft()
                begin = self._round_zero if unit.is_round_zero else self._cells
                running.add(slots.submit(begin, unit, record))
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for ended in (future.result() for future in done):
                if ended.is_lost:
                    agenda.alone.append(ended.unit)
                if ended.outcome is not None:
                    for cell, failed in agenda.end_round_zero(ended.unit, ended.outcome):
                        self._record(record, cell, failed)

    def _round_zero(self, unit: Unit, _: Record) -> _Ended:
        self._tell(Progress("begin", unit.cells[0], round=0))
        outcome = self._supervisor.round_zero(unit.cells[0], self._stop)
        self._tell(Progress("start", unit.cells[0], text=outcome.reason))
        return _Ended(unit, outcome)

    def _cells(self, unit: Unit, record: Record, may_be_lost: bool = True) -> _Ended:
        for cell in unit.cells:
            self._tell(Progress("begin", cell))
            attempt = self._supervisor.cell(cell, self._stop, may_be_lost=may_be_lost)
            if attempt.is_lost:
                return _Ended(unit, is_lost=True)
            self._finish(cell, attempt, record)
        return _Ended(unit)

    def _finish(self, cell: Cell, attempt: Attempt, record: Record) -> None:
        self._record(record, cell, attempt.finished)
        self._supervisor.forget(cell, attempt.finished)

    def _record(self, record: Record, cell: Cell, finished: Finished) -> None:
        if not self._stop.is_set():  # else the user stopped it: it goes on from its checkpoint
            record(cell, finished)

    def _tell(self, progress: Progress) -> None:
        with self._lock:
            self._watch(progress)

"""The engine of clusters without connections between nodes: workers that share a results folder.

Each worker claims units by leases and writes a journal of its own. A record is written before the
mark that its unit is done, and who takes a silent worker's unit over looks into the journals first:
so nothing that was recorded runs again.
"""

from __future__ import annotations

import contextlib
import random
import secrets
import socket
import threading
import time
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from albench.engines.late import keep_late
from albench.engines.leases import Leases
from albench.engines.recorder import Recorder
from albench.engines.run_folder import DoneMarks, Presence
from albench.engines.work import Unit
from albench.execute.cell_supervisor import CellSupervisor, round_zero_failed
from albench.execute.lock import require_unlocked
from albench.execute.reuse import reuse, successes
from albench.execute.run import Progress
from albench.records.journal import Journal
from albench.records.retry_causes import Cause, summed
from albench.records.schema import CellStatus, Finished

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from albench.engines.leases import Lease
    from albench.engines.plan_description import WorkerRun
    from albench.planning import Cell

POLL_SECONDS = 1.0
"""How long to wait before looking again for what may be claimed."""

HEARTBEATS = 10
"""How many heartbeats fit into the silence after which work is taken over."""

MAX_LOSSES = 8
"""How many workers may be lost with a cell before the cell is held to be the cause."""

NEAR_SHARE, NEAR_SECONDS = 0.1, 300.0
"""How near the end of the time nothing is claimed any more: a tenth of it, or five minutes."""


@dataclass(frozen=True)
class Deadline:
    """The time that a worker has.

    Parameters
    ----------
    seconds : float or None
        From its start; None is no limit.
    """

    seconds: float | None

    def is_near(self, spent: float) -> bool:
        """Return whether nothing new should begin, and running cells end after their round."""
        if self.seconds is None:
            return False
        return spent > self.seconds - min(NEAR_SHARE * self.seconds, NEAR_SECONDS)

    def is_over(self, spent: float) -> bool:
        """Return whether the time is up."""
        return self.seconds is not None and spent > self.seconds


@dataclass
class _Running:
    """A unit at work in a thread of this worker."""

    unit: Unit
    lease: Lease
    stop: threading.Event


@dataclass(frozen=True)
class WorkerTally:
    """What a worker did.

    Parameters
    ----------
    n_ok, n_failed : int
        Cells that it recorded.
    n_left : int
        Cells of the run that nobody has ended.
    """

    n_ok: int
    n_failed: int
    n_left: int


class FolderWorker:
    """Claims and carries out the units of a run in a shared folder until nothing is left.

    Parameters
    ----------
    opened : WorkerRun
        The run, whose settings name the folder.
    stale_seconds : float
        How long a worker may be silent before its units are taken over.
    jobs : int
        How many units to carry out at once.
    deadline : Deadline
        How much time there is.
    watch : callable
        Receives every event here, from several threads: see `one_at_a_time`.
    """

    def __init__(
        self,
        opened: WorkerRun,
        stale_seconds: float,
        jobs: int,
        deadline: Deadline,
        watch: Callable[[Progress], None],
    ) -> None:
        self._results = opened.settings.results
        self.name = f"{socket.gethostname()[:40]}-{secrets.token_hex(4)}"
        self._jobs, self._deadline, self._watch = jobs, deadline, watch
        self._beat_seconds = stale_seconds / HEARTBEATS
        self._began = time.monotonic()
        self._is_asked_to_end = threading.Event()
        self._running: dict[str, _Running] = {}
        self._counts: Counter[bool] = Counter()
        self._cells = _in_an_order_of_its_own(opened.cells, self.name)
        self._marks = DoneMarks(self._results)
        work = self._results / "work" / "shared" / "leases"
        self._leases = Leases(work, self.name, stale_seconds)
        self._presence = Presence(self._results, self.name)
        self._sources = opened.resolved.sources
        self._supervisor = CellSupervisor(
            opened.resolved, opened.blocks.of, opened.settings, self._end_round, watch
        )

    @property
    def left(self) -> list[Cell]:
        """The cells of the run that nobody has ended."""
        done = self._marks.names()
        return [cell for cell in self._cells if cell.id not in done]

    def end_soon(self) -> None:
        """Claim nothing more, and end each running cell after its round; may be called anywhere."""
        self._is_asked_to_end.set()

    def work(self) -> WorkerTally:
        """Work until every cell of the run is done, or the time is near.

        Returns
        -------
        WorkerTally
            What was done here, and what is left.

        Raises
        ------
        InputError
            If a run has the folder for itself, or data or weights are bad here.
        BaseException
            What interrupts it, after every child has been stopped and every lease given back.
        """
        with (
            self._presence,
            self._heart(),
            self._journal() as records,
            ThreadPoolExecutor(self._jobs) as slots,
        ):
            recorder = Recorder(records, self._watch)
            try:
                self._work(recorder, slots)
            finally:  # of an interrupt as well: no child may outlive the worker
                self._stop_all()
        return WorkerTally(self._counts[True], self._counts[False], len(self.left))

    def _journal(self) -> Journal:
        require_unlocked(self._results)
        return Journal(self._results / "journal")

    # -- claiming ----------------------------------------------------------------------------

    def _work(self, recorder: Recorder, slots: ThreadPoolExecutor) -> None:
        running: set[Future[_Running | None]] = set()
        alone: list[_Running] = []
        while True:
            claimed = None
            if len(running) < self._jobs and not alone and not self._is_ending():
                claimed = self._claim()
            if claimed is not None:
                running.add(slots.submit(self._carry_out, claimed, recorder))
                continue
            if running:
                done, running = wait(running, POLL_SECONDS, FIRST_COMPLETED)
                alone += [lost for lost in (future.result() for future in done) if lost]
            elif (
                alone
            ):  # the cell that kills the fork server is among them: singly, it harms no other
                slots.submit(self._carry_out, alone.pop(), recorder, may_be_lost=False).result()
            elif self._is_ending() or self._is_all_done():
                return
            else:  # others are at work on what is left
                time.sleep(POLL_SECONDS)

    def _claim(self) -> _Running | None:
        done = self._marks.names()
        tried = set()
        for cell in self._cells:
            if cell.id in done:
                continue
            unit = Unit((cell,))
            round_zero = Unit((cell,), is_round_zero=True)
            if unit.needs_round_zero and round_zero.id not in done:
                unit = round_zero
            if unit.id in tried or unit.id in self._running:
                continue
            tried.add(unit.id)
            if claimed := self._claim_unit(unit):
                return claimed
        return None

    def _claim_unit(self, unit: Unit) -> _Running | None:
        lease = self._leases.claim(unit.id)
        if lease is None:
            return None
        # It may have ended since the marks were listed, or been recorded by who fell silent then.
        if self._marks.has(unit.id) or (lease.number and self._is_recorded(unit)):
            self._leases.keep(lease)
            return None
        claimed = _Running(unit, lease, threading.Event())
        self._running[unit.id] = claimed
        return claimed

    def _is_recorded(self, unit: Unit) -> bool:
        if unit.is_round_zero:
            return False
        there = reuse(unit.cells, successes(self._results), self._sources)
        if there.left(unit.cells):
            return False
        self._marks.mark(unit.id, CellStatus.OK)
        return True

    def _is_all_done(self) -> bool:
        return not self.left

    # -- carrying out ------------------------------------------------------------------------

    def _carry_out(
        self, claimed: _Running, recorder: Recorder, may_be_lost: bool = True
    ) -> _Running | None:
        """Carry a unit out; return it if it was lost through no fault that can be known."""
        is_lost = False
        try:
            if claimed.unit.is_round_zero:
                self._round_zero(claimed)
            else:
                is_lost = self._cell(claimed, recorder, may_be_lost=may_be_lost)
        except BaseException:
            self._let_go(claimed)
            raise
        if is_lost and not claimed.stop.is_set():
            return claimed
        self._let_go(claimed)
        return None

    def _let_go(self, claimed: _Running) -> None:
        self._running.pop(claimed.unit.id, None)
        if self._marks.has(claimed.unit.id):
            self._leases.keep(claimed.lease)
        else:
            self._leases.give_back(claimed.lease)

    def _round_zero(self, claimed: _Running) -> None:
        cell = claimed.unit.cells[0]
        self._watch(Progress("begin", cell, round=0))
        outcome = self._supervisor.round_zero(cell, claimed.stop)
        if not claimed.stop.is_set() or outcome.status is CellStatus.OK:
            self._marks.mark(claimed.unit.id, outcome.status, outcome.reason, outcome.seconds)
            self._watch(Progress("round zero", cell, text=outcome.reason))

    def _cell(self, claimed: _Running, recorder: Recorder, *, may_be_lost: bool) -> bool:
        cell = claimed.unit.cells[0]
        round_zero = self._marks.outcome(Unit((cell,), is_round_zero=True).id)
        if claimed.lease.losses >= MAX_LOSSES:
            reason = f"its worker was lost {claimed.lease.losses} times while it ran"
            finished = Finished(cell=cell.id, status=CellStatus.CRASHED, reason=reason)
        elif (
            cell.strategy is not None
            and round_zero is not None
            and round_zero.status is not CellStatus.OK
        ):
            finished = round_zero_failed(cell, round_zero)
        else:
            self._watch(Progress("begin", cell))
            attempt = self._supervisor.cell(cell, claimed.stop, may_be_lost=may_be_lost)
            if attempt.is_lost:
                self._supervisor.retries.add(cell, Cause.LOST)
                return True
            finished = attempt.finished
        if claimed.stop.is_set() and finished.status is not CellStatus.OK:
            return False  # it goes on from its checkpoint, here or elsewhere
        self._record(claimed, cell, finished, recorder)
        return False

    def _record(
        self, claimed: _Running, cell: Cell, finished: Finished, recorder: Recorder
    ) -> None:
        if not self._leases.is_ours(claimed.lease):
            self._watch(Progress("notice", text=keep_late(self._results, finished)))
            return
        if losses := claimed.lease.losses:  # of workers that had it before
            retries = summed([finished.retries, {Cause.LOST.value: losses}])
            finished = replace(finished, retries=retries)
        recorder.record(cell, finished)
        self._marks.mark(cell.id, finished.status, finished.reason, finished.seconds)
        self._supervisor.forget(cell, finished)
        self._counts[finished.status is CellStatus.OK] += 1

    def _end_round(self, cell: Cell, number: int, n_left: int) -> None:
        self._watch(Progress("round", cell, round=number))
        running = self._running.get(cell.id)
        if running is not None and n_left and self._is_ending():
            running.stop.set()

    # -- time --------------------------------------------------------------------------------

    def _is_ending(self) -> bool:
        spent = time.monotonic() - self._began
        return self._is_asked_to_end.is_set() or self._deadline.is_near(spent)

    @contextlib.contextmanager
    def _heart(self) -> Iterator[None]:
        """Tell the others that this worker lives, and its units that they are lost or late."""
        over = threading.Event()

        def beat() -> None:
            while not over.wait(self._beat_seconds):
                self._presence.beat()
                for lease in self._leases.beat():
                    if lost := self._running.get(lease.name):
                        lost.stop.set()
                if self._deadline.is_over(time.monotonic() - self._began):
                    self._stop_all()

        heart = threading.Thread(target=beat, daemon=True)
        heart.start()
        try:
            yield
        finally:
            over.set()
            heart.join()

    def _stop_all(self) -> None:
        for running in list(self._running.values()):
            running.stop.set()


def _in_an_order_of_its_own(cells: Mapping[str, Cell], worker: str) -> list[Cell]:
    """Return cells repetition by repetition, but begin elsewhere than most other workers do."""
    groups: dict[str, list[Cell]] = {}
    for cell in cells.values():
        groups.setdefault(cell.round_zero_id, []).append(cell)
    order = list(groups.values())
    random.Random(worker).shuffle(order)  # noqa: S311  # no secret
    return [cell for group in order for cell in group]

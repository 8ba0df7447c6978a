"""A run: everything prepared, then every cell supervised and journalled, and resumed next time."""

from __future__ import annotations

import os
import tempfile
import threading
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from albench.errors import DataError
from albench.execute import checkpoint
from albench.execute.prepare import Request
from albench.execute.supervise import Job, Outcome, context, supervise
from albench.execute.task import CellTask
from albench.records import journal
from albench.records.schema import Finished, Part, Round, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from concurrent.futures import Executor
    from multiprocessing.context import BaseContext

    from albench.cohort.join import Cohort
    from albench.execute.prepare import Prepared
    from albench.plan import Cell, Resolved
    from albench.records.journal import Journal

PRELOAD = ("albench.execute.deaf", "albench.execute.preload")
PREPARE_SECONDS = 6 * 3600.0


@dataclass(frozen=True)
class Progress:
    """Something that happened, for whoever watches.

    Parameters
    ----------
    kind : str
        ``prepare``, ``start``, ``round`` or ``cell``.
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


def prepare_all(
    resolved: Resolved,
    cells: Iterable[Cell],
    cohorts: Mapping[tuple[str, tuple[str, ...]], Cohort],
    settings: Settings,
    watch: Callable[[Progress], None],
) -> dict[tuple[str, tuple[str, ...], str], Prepared]:
    """Return every block's data, decoded and encoded on disk, before any result is written.

    Parameters
    ----------
    resolved : Resolved
        Names and options.
    cells : iterable of Cell
        Those that will be run.
    cohorts : mapping of (str, tuple of str) to Cohort
        Joined.
    settings : Settings
        Where the cache is.
    watch : callable
        Told of each block.

    Returns
    -------
    dict
        By cohort, modalities and model.

    Raises
    ------
    DataError
        If data or weights turn out to be bad, with the complaints of the first block concerned.
    """
    start = _context(resolved)
    keys = dict.fromkeys((cell.cohort, cell.modalities, cell.model.label) for cell in cells)
    prepared = {}
    for key in keys:
        cohort, modalities, model = key
        request = Request(
            cohort=cohorts[cohort, modalities],
            loaders={name: resolved.loaders[cohort][name] for name in modalities},
            component=resolved.components[f"model/{model}"],
            model=resolved.models[model],
            cache=settings.cache,
        )
        what = f"{cohort} {'+'.join(modalities)} for {model}"
        watch(Progress("prepare", text=what))
        prepared[key] = _prepared(request, start, what)
    return prepared


def _context(resolved: Resolved) -> BaseContext:
    """Return how children start, with the plugins in use imported already.

    Only albench's own: what another plugin does when it is imported must stay in its cell.
    """
    own = [part for part in resolved.components.values() if part.distribution == "albench"]
    modules = {part.descriptor.target.partition(":")[0] for part in own}
    return context([*PRELOAD, *sorted(modules)])


def _prepared(request: Request, start: BaseContext, what: str) -> Prepared:
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "prepare.log"
        job = Job(
            target="albench.execute.prepare:prepare",
            payload=request,
            log=log,
            seconds=PREPARE_SECONDS,
            threads=os.cpu_count() or 1,
        )
        outcome = supervise(job, start)
        if outcome.status is Status.OK:
            found: Prepared = outcome.value
            return found
        complaints = outcome.failure.complaints if outcome.failure else ()
        tail = _tail(log)
    reason = f"preparing {what} failed: {outcome.reason}"
    raise DataError(complaints or [reason + (f"\n{tail}" if tail else "")])


def _tail(log: Path) -> str:
    if not log.is_file():
        return ""
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return "\n".join(f"  | {line}" for line in lines[-6:])


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
    for event in journal.read(results / "journal").events:
        if event.event == "cell" and event.data["status"] == Status.OK:
            done.setdefault(event.data["cell"], Finished.from_json(event.data))
    return done


@dataclass(frozen=True)
class _Ended:
    """A job that is over: the round 0 that others may wait for, or a cell that none does."""

    start_id: str
    outcome: Outcome


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
        self._start = _context(resolved)
        self._work = settings.results / "work"

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
                self._run_all(list(unique.values()), records, slots)
            except BaseException:  # an interrupt as well: no child may outlive the run
                self._stop.set()
                slots.shutdown(wait=False, cancel_futures=True)
                raise

    def _run_all(self, cells: Sequence[Cell], records: Journal, slots: Executor) -> None:
        """Run references and rounds 0, and each strategy's cell when its round 0 is there."""
        waiting: dict[str, list[Cell]] = {}
        for cell in cells:
            if cell.strategy is not None:
                waiting.setdefault(cell.start_id, []).append(cell)
        running: set[Future[_Ended]] = {
            slots.submit(self._cell, cell, records) for cell in cells if cell.strategy is None
        } | {slots.submit(self._round_zero, group[0]) for group in waiting.values()}
        while running:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for ended in (future.result() for future in done):
                for cell in waiting.pop(ended.start_id, []):
                    if ended.outcome.status is Status.OK:
                        running.add(slots.submit(self._cell, cell, records))
                    else:
                        self._record(records, cell, _start_failed(cell, ended.outcome))

    def _round_zero(self, cell: Cell) -> _Ended:
        task = self._task(cell)
        if checkpoint.load(task.start) is not None:
            return _Ended(cell.start_id, Outcome(Status.OK, None, "", 0.0, 0.0))
        job = self._job("albench.execute.rounds:run_start", task, f"start-{cell.start_id}")
        outcome = supervise(job, self._start, stop=self._stop)
        self._tell(Progress("start", cell, text=outcome.reason))
        return _Ended(cell.start_id, outcome)

    def _cell(self, cell: Cell, records: Journal) -> _Ended:
        kind = "run_reference" if cell.strategy is None else "run_cell"
        task = self._task(cell)
        received: list[Part | Round] = []

        def on_message(content: Any) -> None:  # a Part, then Rounds
            received.append(content)
            self._tell(Progress("round", cell))

        job = self._job(f"albench.execute.rounds:{kind}", task, cell.id)
        outcome = supervise(job, self._start, on_message, self._stop)
        finished = Finished(
            cell=cell.id,
            status=outcome.status,
            reason=outcome.reason,
            seconds=outcome.seconds,
            peak_mb=outcome.peak_mb,
            part=next((entry for entry in received if isinstance(entry, Part)), None),
            rounds=[entry for entry in received if isinstance(entry, Round)],
        )
        self._record(records, cell, finished)
        if outcome.status is Status.OK:
            task.checkpoint.unlink(missing_ok=True)
        return _Ended(cell.id, outcome)

    def _record(self, records: Journal, cell: Cell, finished: Finished) -> None:
        if self._stop.is_set():
            return  # the user stopped it: it has no result, and goes on from its checkpoint
        records.append("cell", finished.to_json())
        self._tell(Progress("cell", cell, finished))

    def _tell(self, progress: Progress) -> None:
        with self._lock:
            self._watch(progress)

    def _task(self, cell: Cell) -> CellTask:
        strategy = None
        if cell.strategy is not None:
            strategy = self._resolved.components[f"strategy/{cell.strategy.label}"]
        return CellTask(
            cell=cell,
            prepared=self._prepared[cell.cohort, cell.modalities, cell.model.label],
            strategy=strategy,
            start=self._work / "starts" / f"{cell.start_id}.pickle",
            checkpoint=self._work / "checkpoints" / f"{cell.id}.pickle",
        )

    def _job(self, target: str, task: CellTask, name: str) -> Job:
        return Job(
            target=target,
            payload=task,
            log=self._work / "logs" / f"{name}.log",
            seconds=self._settings.cell_seconds,
            memory_mb=self._settings.memory_mb,
        )


def _start_failed(cell: Cell, outcome: Outcome) -> Finished:
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

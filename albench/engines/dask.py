"""The engine of a Dask cluster: each unit is a task on a worker that the driver has chosen.

The driver alone writes the journal. It gives each worker as many units as the worker has room for
and takes them back when the worker is gone, so that Dask's scheduler has nothing to decide: no task
is stolen, retried or moved by it.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import json
import logging
import secrets
import threading
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from albench.engines import dask_worker
from albench.engines.dask_worker import Assignment, WorkerAnswer
from albench.engines.late import keep_late
from albench.engines.plan_description import NOT_INSTALLED, other_versions
from albench.engines.work import Agenda, Unit
from albench.errors import AlbenchError, Complaint, InputError
from albench.execute import checkpoint
from albench.execute.cell_supervisor import round_zero_path
from albench.execute.retry_counts import Retries
from albench.execute.run import Progress
from albench.execute.supervise import Outcome
from albench.records.retry_causes import Cause, summed
from albench.records.schema import CellStatus, Finished

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from albench.engines.engine import Record
    from albench.engines.plan_description import PlanDescription
    from albench.planning import Cell, Sources

CONNECT_SECONDS = 10
POLL_SECONDS = 1.0
"""How often to look for workers that have come or gone."""

MAX_LOSSES = 5
"""How many workers may be lost with a unit before the unit is held to be the cause."""

LEFT_TO_WORKERS = "ending; workers finish the cells that they are at and keep them for the next run"

GONE = (OSError, ValueError, KeyError, RuntimeError)
"""What Dask raises when a worker that is spoken to has gone; `OSError` covers its time-outs."""


@dataclass(frozen=True)
class Cluster:
    """Which cluster, and what a cell takes of it.

    Parameters
    ----------
    scheduler : str
        The address of a scheduler, or the file that it wrote.
    resources : dict of str to float
        What a worker must have left for a cell, by the names that workers were started with.
    """

    scheduler: str
    resources: dict[str, float] = field(default_factory=dict)


def connect(cluster: Cluster) -> Any:  # a distributed.Client, which may not be installed
    """Return a client of a scheduler.

    Parameters
    ----------
    cluster : Cluster
        Which.

    Returns
    -------
    distributed.Client
        Connected.

    Raises
    ------
    InputError
        If no scheduler answers there, or Dask is not installed.
    """
    try:
        from distributed import Client
    except ImportError as error:
        problem = "the package distributed is missing: pip install 'albench[dask]'"
        raise InputError([Complaint("--engine dask", problem)]) from error
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    address = _address(cluster.scheduler)
    try:
        return Client(  # type: ignore[no-untyped-call]
            address, timeout=CONNECT_SECONDS, set_as_default=False
        )
    except (OSError, ValueError, TypeError, KeyError) as error:  # what a name that is none raises
        cause = str(error).strip() or type(error).__name__
        problem = f"no Dask scheduler answers there within {CONNECT_SECONDS} s: {cause:.200}"
        raise InputError([Complaint(f"--scheduler {cluster.scheduler}", problem)]) from error


def _address(scheduler: str) -> str:
    """Return the address of a scheduler, from its file if one is named."""
    from distributed.comm.addressing import parse_address, parse_host_port

    address = scheduler
    kind = "is neither a file nor an address as tcp://HOST:PORT"
    try:
        if Path(scheduler).is_file():
            kind = "is no file that a Dask scheduler wrote"
            address = json.loads(Path(scheduler).read_text(encoding="utf-8"))["address"]
        _, location = parse_address(address)
        parse_host_port(location)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise InputError([Complaint(f"--scheduler {scheduler}", kind)]) from error
    return address


@dataclass
class _Worker:
    """A worker that has the right versions.

    Parameters
    ----------
    slots : int
        How many units it has room for.
    units : dict
        What it is at, by the future of each.
    """

    slots: int
    units: dict[Any, Unit] = field(default_factory=dict)  # by distributed.Future


class DaskEngine:
    """Runs cells on the workers of a Dask cluster.

    Parameters
    ----------
    cluster : Cluster
        Which, and what a cell takes of it.
    description : PlanDescription
        The run.
    sources : Sources
        Of its components.
    results : Path
        The driver's results folder.
    watch : callable
        Receives every event.
    """

    def __init__(
        self,
        cluster: Cluster,
        description: PlanDescription,
        sources: Sources,
        results: Path,
        watch: Callable[[Progress], None],
    ) -> None:
        self._cluster, self._described, self._sources = cluster, description, sources
        self._results, self._watch = results, watch
        self._workers: dict[str, _Worker] = {}
        self._refused: dict[str, str] = {}
        self._kept: list[tuple[str, dict[str, Any]]] = []
        self._at_work: dict[str, str] = {}  # worker of each unit that an earlier driver left there
        self._losses: Counter[str] = Counter()
        self._has_round_zero: set[tuple[str, str]] = set()  # host, round 0 that it went on from
        self._is_told_of_none = False
        self._has_ended = threading.Event()
        self._retries = Retries(watch)
        self._is_ending = False

    def __enter__(self) -> DaskEngine:
        self._client = connect(self._cluster)
        try:
            self._meet()
            self._require_worker()
        except BaseException:
            self._client.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(*GONE):
            self._client.close()

    def end_soon(self) -> None:
        """Give out nothing more, and leave; see `Engine.end_soon`.

        Workers finish what they are at, and keep it for the next driver.
        """
        self._is_ending = True

    def carry_out(self, cells: Sequence[Cell], record: Record) -> None:
        """Run cells; see `Engine.carry_out`.

        Raises `InputError` if all workers have other versions or other data, and `AlbenchError` if
        the scheduler is gone.
        """
        agenda = Agenda.of(cells)
        journalled = _Once({cell.id: cell for cell in cells}, record, self._results, self._watch)
        self._skip_known_rounds_zero(agenda, journalled)
        while True:
            self._require_scheduler()
            self._meet()
            self._take_kept(journalled)
            self._drop_gone(agenda, journalled)
            self._assign(agenda, journalled)
            if not self._running() and agenda.is_empty:
                break
            self._collect(agenda, journalled)
            if self._is_ending:
                self._watch(Progress("notice", text=LEFT_TO_WORKERS))
                return
            self._require_worker()
        with contextlib.suppress(*GONE):
            self._client.run(dask_worker.forget_run, self._described.id, workers=[*self._workers])

    def _skip_known_rounds_zero(self, agenda: Agenda, journalled: _Once) -> None:
        for unit in [unit for unit in agenda.ready if unit.is_round_zero]:
            if checkpoint.load(self._round_zero_path(unit)) is not None:
                agenda.ready.remove(unit)
                self._end_round_zero(
                    unit, Outcome(CellStatus.OK, None, "", 0, 0), agenda, journalled
                )

    # -- workers -----------------------------------------------------------------------------

    def _meet(self) -> None:
        """Take on workers that have come, if their versions are ours, and let go who has left."""
        threads: dict[str, int] = self._client.nthreads()
        new = [name for name in threads if name not in {*self._workers, *self._refused}]
        for name in [name for name in self._refused if name not in threads]:
            del self._refused[name]
        self._watch_for_none(bool(threads))
        if not new:
            return
        versions = self._versions(new)
        for name in new:
            if name not in versions:  # it has gone again
                continue
            if problem := other_versions(self._described.versions, versions[name]):
                self._refuse(name, problem)
            else:
                self._take_on(name, threads[name])

    def _versions(self, names: Sequence[str]) -> dict[str, dict[str, str]]:
        """Return the versions that workers have, asked without anything of albench there."""
        versions: dict[str, dict[str, str]] = {name: {} for name in names}
        for distribution in self._described.versions:
            answers = self._ask(importlib.metadata.version, distribution, names=names)
            for name in names:
                if name not in answers:
                    versions.pop(name, None)
                elif name in versions:
                    is_there = isinstance(answers[name], str)
                    versions[name][distribution] = answers[name] if is_there else NOT_INSTALLED
        return versions

    def _ask(self, what: Callable[..., Any], *given: str, names: Sequence[str]) -> dict[str, Any]:
        """Return what workers answer, by worker; without those that have gone."""
        try:
            answers = self._client.run(what, *given, workers=list(names), on_error="return")
        except GONE:
            return {}
        return {name: answer for name, answer in answers.items() if not isinstance(answer, OSError)}

    def _take_on(self, name: str, n_threads: int) -> None:
        worker = self._client.scheduler_info(n_workers=-1)["workers"].get(name, {})
        offered: Mapping[str, float] = worker.get("resources") or {}
        needs = self._cluster.resources
        room = [
            int(min(offered.get(key, 0.0) / amount, n_threads)) for key, amount in needs.items()
        ]
        if min([1, *room]) < 1:
            lacking = ", ".join(f"{key}={amount:g}" for key, amount in needs.items())
            self._refuse(name, f"a cell takes {lacking}, which this worker does not offer")
            return
        run = self._described.id
        for kept in self._ask(dask_worker.kept_cells, run, names=[name]).get(name) or []:
            self._kept.append((name, kept))
        for unit in self._ask(dask_worker.busy_units, run, names=[name]).get(name) or []:
            self._at_work[unit] = name
        self._workers[name] = _Worker(min([n_threads, *room]))
        self._watch(Progress("notice", text=f"worker {name}: {self._workers[name].slots} at once"))

    def _refuse(self, name: str, problem: str) -> None:
        self._refused[name] = problem
        self._watch(Progress("notice", text=f"worker {name} is refused: {problem}"))

    def _require_worker(self) -> None:
        """Raise if there are workers, and all of them are refused."""
        if self._workers or not self._refused:
            return
        where = f"--scheduler {self._cluster.scheduler}"
        problems = [
            f"worker {name} is refused: {problem}" for name, problem in self._refused.items()
        ]
        raise InputError([Complaint(where, problem) for problem in problems])

    def _watch_for_none(self, is_any: bool) -> None:
        if not is_any and not self._is_told_of_none:
            self._watch(Progress("notice", text="no worker is there yet; waiting for one"))
        self._is_told_of_none = not is_any

    def _require_scheduler(self) -> None:
        if self._client.status != "running":
            raise AlbenchError(
                f"--scheduler {self._cluster.scheduler}: the scheduler is gone; what had ended is "
                "kept, and the same command goes on from there"
            )

    def _drop_gone(self, agenda: Agenda, journalled: _Once) -> None:
        """Take back the units of workers that have left the cluster."""
        there = self._client.nthreads()
        for name in [name for name in self._workers if name not in there]:
            for unit in self._let_go(name):
                self._lose(unit, f"worker {name} has gone", agenda, journalled)
            self._watch(Progress("notice", text=f"worker {name} has gone"))

    def _let_go(self, name: str) -> list[Unit]:
        """Part with a worker; what it was at is returned."""
        units = self._workers.pop(name).units
        for future in units:
            future.cancel()
        return list(units.values())

    def _lose(self, unit: Unit, how: str, agenda: Agenda, journalled: _Once) -> None:
        self._losses[unit.id] += 1
        if self._losses[unit.id] < MAX_LOSSES:
            self._retries.add(unit.cells[0], Cause.LOST)
            agenda.ready.append(unit)
            return
        reason = f"lost {MAX_LOSSES} times: {how}"
        if unit.is_round_zero:
            outcome = Outcome(CellStatus.CRASHED, None, reason, 0.0, 0.0)
            self._end_round_zero(unit, outcome, agenda, journalled)
        else:
            cell = unit.cells[0]
            journalled.record(Finished(cell=cell.id, status=CellStatus.CRASHED, reason=reason))

    # -- units -------------------------------------------------------------------------------

    def _running(self) -> int:
        return sum(len(worker.units) for worker in self._workers.values())

    def _assign(self, agenda: Agenda, journalled: _Once) -> None:
        agenda.ready = type(agenda.ready)(
            unit
            for unit in agenda.ready
            if unit.is_round_zero or unit.cells[0].id not in journalled.ids
        )
        for name, worker in self._workers.items():
            while len(worker.units) < worker.slots:
                unit = self._next(name, agenda)
                if unit is None:
                    break
                self._submit(unit, name, worker, may_be_lost=True)
        if agenda.alone and not agenda.ready and not self._running() and self._workers:
            name, worker = next(iter(self._workers.items()))
            self._submit(agenda.alone.pop(), name, worker, may_be_lost=False)

    def _next(self, name: str, agenda: Agenda) -> Unit | None:
        """Return a unit for a worker: one that it is at already, or one that no other is at."""
        theirs = [self._at_work.get(unit.id) for unit in agenda.ready]
        places = [place for place, worker in enumerate(theirs) if worker == name]
        places += [i for i, worker in enumerate(theirs) if worker not in self._workers]
        if not places:
            return None
        unit = agenda.ready[places[0]]
        del agenda.ready[places[0]]
        return unit

    def _submit(self, unit: Unit, name: str, worker: _Worker, *, may_be_lost: bool) -> None:
        cell = unit.cells[0]
        round_zero = None
        if unit.needs_round_zero and _place_of(unit, name) not in self._has_round_zero:
            round_zero = self._round_zero_path(unit).read_bytes()
        given = Assignment(
            self._described, unit.id, cell.id, unit.is_round_zero, round_zero, may_be_lost
        )
        future = self._client.submit(
            dask_worker.carry_out,
            given,
            key=f"albench-{unit.id}-{secrets.token_hex(4)}",
            workers=[name],
            allow_other_workers=False,
            retries=0,
            pure=False,
            resources=self._cluster.resources or None,
        )
        future.add_done_callback(lambda _: self._has_ended.set())
        worker.units[future] = unit

    def _collect(self, agenda: Agenda, journalled: _Once) -> None:
        self._has_ended.wait(POLL_SECONDS)
        self._has_ended.clear()
        for name, worker in list(self._workers.items()):
            done = [future for future in worker.units if future.done()]
            # All are popped first: an answer may be that the worker takes no more of this run.
            for future, unit in [(future, worker.units.pop(future)) for future in done]:
                self._take(unit, name, _answer(future), agenda, journalled)
                future.release()

    def _take(
        self, unit: Unit, name: str, answer: WorkerAnswer, agenda: Agenda, journalled: _Once
    ) -> None:
        self._at_work.pop(unit.id, None)
        if answer.refusal:
            agenda.ready.append(unit)
            if name in self._workers:
                agenda.ready.extend(self._let_go(name))
                self._refuse(name, answer.refusal)
        elif answer.is_lost and not unit.is_round_zero and not answer.reason.startswith(_LOST):
            self._retries.add(unit.cells[0], Cause.LOST)
            agenda.alone.append(unit)
        elif answer.is_lost:
            self._lose(unit, answer.reason, agenda, journalled)
        elif answer.finished is not None:
            if unit.needs_round_zero:
                self._has_round_zero.add(_place_of(unit, name))
            self._keep(name, answer.finished, journalled)
        else:
            outcome = Outcome(CellStatus(answer.status), None, answer.reason, answer.seconds, 0.0)
            if answer.round_zero is not None:
                checkpoint.place(self._round_zero_path(unit), answer.round_zero)
            self._watch(Progress("round zero", unit.cells[0], text=answer.reason))
            self._end_round_zero(unit, outcome, agenda, journalled)

    def _end_round_zero(
        self, unit: Unit, outcome: Outcome, agenda: Agenda, journalled: _Once
    ) -> None:
        for _, failed in agenda.end_rounds_zero([(unit.cells[0], outcome)]):
            journalled.record(failed)

    def _take_kept(self, journalled: _Once) -> None:
        """Record what workers have kept for a driver that was gone when it ended."""
        while self._kept:
            name, finished = self._kept.pop()
            self._keep(name, finished, journalled)

    def _keep(self, name: str, plain: dict[str, Any], journalled: _Once) -> None:
        """Record a finished cell, and let its worker forget it once it is on our disk."""
        finished = Finished.from_json(plain)
        retries = summed([finished.retries, self._retries.of(finished.cell)])
        journalled.record(replace(finished, retries=retries))
        self._ask(dask_worker.acknowledge, self._described.id, finished.cell, names=[name])

    def _round_zero_path(self, unit: Unit) -> Path:
        return round_zero_path(self._results / "work", unit.cells[0], self._sources)


class _Once:
    """Records each cell once; what comes later is kept aside and compared."""

    def __init__(
        self,
        cells: Mapping[str, Cell],
        record: Record,
        results: Path,
        watch: Callable[[Progress], None],
    ) -> None:
        self._cells, self._record, self._results, self._watch = cells, record, results, watch
        self.ids: set[str] = set()

    def record(self, finished: Finished) -> None:
        cell = self._cells.get(finished.cell)
        if cell is None or finished.cell in self.ids:
            if notice := keep_late(self._results, finished):
                self._watch(Progress("notice", text=notice))
            return
        self._record(cell, finished)
        self.ids.add(finished.cell)


_LOST = "the task was lost"


def _answer(future: Any) -> WorkerAnswer:  # a distributed.Future
    try:
        answer = future.result()
    # Whatever Dask raises for a task, its unit has no result, and may have one elsewhere.
    except Exception as error:  # noqa: BLE001
        return WorkerAnswer(is_lost=True, reason=f"{_LOST}: {type(error).__name__}: {error}")
    if isinstance(answer, WorkerAnswer):
        return answer
    return WorkerAnswer(is_lost=True, reason=f"{_LOST}: it answered with {type(answer).__name__}")


def _place_of(unit: Unit, address: str) -> tuple[str, str]:
    """Return the host of a worker, and the round 0 of a unit."""
    host = address.partition("://")[2].rpartition(":")[0]
    return host, unit.cells[0].round_zero_id

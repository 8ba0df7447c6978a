"""Open a specification, plan its cells and run them; nothing is printed here."""

from __future__ import annotations

import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from albench import registry, spec
from albench.cohort.cache import default_folder
from albench.engines.dask import DaskEngine
from albench.engines.description import describe, open_description
from albench.engines.local import LocalEngine
from albench.engines.recorder import Recorder
from albench.engines.run_folder import SharedTask, read_task, require_no_workers, write_task
from albench.engines.shared_folder import Deadline, FolderWorker
from albench.errors import Complaint, InputError
from albench.execute import processes
from albench.execute.lock import LOCK, FolderLock, require_writable
from albench.execute.preparation import prepare_all
from albench.execute.run import Settings, done_cells, one_at_a_time, remaining
from albench.execute.run_record import cohort_facts, run_record
from albench.execute.untouched import require_untouched
from albench.plan import make, open_cohorts, resolve
from albench.records.journal import Journal
from albench.records.schema import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from albench.api.modality import Modality
    from albench.cohort.join import Cohort
    from albench.engines.dask import Cluster
    from albench.engines.engine import Engine
    from albench.execute.run import Progress
    from albench.execute.run_record import Facts
    from albench.plan import Cell, Plan, Resolved
    from albench.records.schema import Finished


@dataclass(frozen=True, eq=False)
class Opened:
    """A valid specification, with its data opened and its cells planned.

    Parameters
    ----------
    resolved : Resolved
        The specification with its plugins and their options.
    modalities : mapping
        What the loaders returned, by cohort and name.
    cohorts : mapping of (str, tuple of str) to Cohort
        The joined cohorts, by name and modalities.
    plan : Plan
        Cells and skips.
    """

    resolved: Resolved
    modalities: Mapping[str, Mapping[str, Modality]]
    cohorts: Mapping[tuple[str, tuple[str, ...]], Cohort]
    plan: Plan

    @property
    def results(self) -> Path:
        """The default results folder, ``results/NAME`` in the working directory."""
        return Path("results") / self.resolved.specification.benchmark.name

    @property
    def warnings(self) -> tuple[str, ...]:
        """The loaders' warnings about the data, each with the key of its modality."""
        about_modalities = (
            f"cohorts.{name}.modalities.{key}: {warning}"
            for name, parts in self.modalities.items()
            for key, modality in parts.items()
            for warning in modality.warnings
        )
        return tuple(dict.fromkeys(about_modalities))

    def describe(self) -> Facts:
        """Return a description of each cohort, as plain data."""
        return cohort_facts(self.resolved, self.modalities, self.cohorts)


def open_spec(name: str) -> Opened:
    """Read, resolve and plan a specification; nothing is written.

    Parameters
    ----------
    name : str
        A file, or the name of a benchmark.

    Returns
    -------
    Opened
        Ready to be run.

    Raises
    ------
    InputError
        With all complaints about the file, the plugins and the data.
    """
    resolved = resolve(spec.read(spec.find(name)), registry.discover())
    modalities, cohorts = open_cohorts(resolved)
    return Opened(resolved, modalities, cohorts, make(resolved, cohorts))


@dataclass(frozen=True)
class Summary:
    """The outcome of a run.

    Parameters
    ----------
    results : Path
        The results folder.
    n_reused, n_ok, n_failed : int
        Cells that were already done, that succeeded now and that failed now.
    seconds : float
        Wall time of the run.
    """

    results: Path
    n_reused: int
    n_ok: int
    n_failed: int
    seconds: float

    @property
    def n_cells(self) -> int:
        """The number of cells with a result, failures included."""
        return self.n_reused + self.n_ok + self.n_failed


def run(  # noqa: PLR0913  # each is said once, by whoever starts a run
    opened: Opened,
    results: Path,
    jobs: int,
    command: Sequence[str],
    on_begin: Callable[[Sequence[Cell], Sequence[tuple[Cell, float]]], None],
    watch: Callable[[Progress], None],
    cluster: Cluster | None = None,
) -> Summary:
    """Run the cells of a plan that are not done yet.

    Parameters
    ----------
    opened : Opened
        The specification.
    results : Path
        The results folder.
    jobs : int
        How many cells run at once.
    command : sequence of str
        What the user typed, for the record.
    on_begin : callable
        Called before the first cell runs, with the cells that are left, and with those that are
        done and their seconds.
    watch : callable
        Called with every event of the run.
    cluster : Cluster or None
        Where cells run; None is here.

    Returns
    -------
    Summary
        Counts and wall time; the report is not written yet.

    Raises
    ------
    InputError
        If every cell is skipped; if the results folder contains other files, is not writable or is
        in use by another run; if data or weights are bad, or no scheduler answers. Nothing has been
        written then.
    AlbenchError
        If the disk is full (finished cells are kept), or if a plugin has replaced functions of
        albench in this process.
    """
    began = time.perf_counter()
    _require_cells(opened)
    _require_results_folder(results)
    require_writable(results)
    processes.begin()
    with FolderLock(results, command) as lock, ExitStack() as lent:
        is_new = not _is_ours(results)
        if not is_new:
            lock.acquire()
            require_no_workers(results)
        settings = _settings(opened, results, jobs)
        done = done_cells(results)
        unique = {cell.id: cell for cell in opened.plan.cells}
        left = remaining(unique.values(), done)
        ended = _Ended(watch)
        engine = lent.enter_context(_engine(opened, left, settings, ended.watch, cluster))
        if is_new:  # it is made, and locked, once the data are good
            lock.acquire()
            done = done_cells(results)  # by now, another run may have been at work in it
            left = remaining(left, done)
        on_begin(left, [(cell, done[key].seconds) for key, cell in unique.items() if key in done])
        facts = run_record(
            opened.resolved, opened.plan, opened.modalities, opened.cohorts, command, jobs
        )
        _journalled(engine, left, results, facts, ended.watch, began)
    seconds = time.perf_counter() - began
    return Summary(results, len(unique) - len(left), ended.n_ok, ended.n_failed, seconds)


@contextmanager
def _engine(
    opened: Opened,
    cells: Sequence[Cell],
    settings: Settings,
    watch: Callable[[Progress], None],
    cluster: Cluster | None,
) -> Iterator[Engine]:
    """Yield what carries cells out, with their data prepared or workers at hand."""
    if cluster is None:
        prepared = prepare_all(opened.resolved, cells, opened.cohorts, settings, watch)
        yield LocalEngine(opened.resolved, prepared, settings, watch)
        return
    described = describe(opened.resolved, opened.plan)
    with DaskEngine(cluster, described, settings.results, watch) as engine:
        yield engine


def _journalled(
    engine: Engine,
    left: Sequence[Cell],
    results: Path,
    facts: dict[str, Any],  # plain data
    watch: Callable[[Progress], None],
    began: float,
) -> None:
    """Run cells between the first and the last line of a journal."""
    require_untouched()
    with Journal(results / "journal") as records:
        records.append("run", facts)
        engine.carry_out(left, Recorder(records, watch).record)
        records.append("end", {"seconds": round(time.perf_counter() - began, 1)})


class _Ended:
    """Counts cells as they end, and passes every event on."""

    def __init__(self, watch: Callable[[Progress], None]) -> None:
        self._watch = watch
        self.n_ok = self.n_failed = 0

    def watch(self, progress: Progress) -> None:
        """Count a cell that ended, and pass the event on."""
        if progress.finished is not None:
            is_ok = progress.finished.status is Status.OK
            self.n_ok += is_ok
            self.n_failed += not is_ok
        self._watch(progress)


def prepare_for_workers(
    opened: Opened, results: Path, stale_seconds: float, command: Sequence[str]
) -> int:
    """Write a run into a folder, for `open_worker` on any number of machines to carry out.

    Cells that have failed before are tried again; those that have succeeded are not.

    Parameters
    ----------
    opened : Opened
        The specification.
    results : Path
        The results folder, which all machines see under whatever name.
    stale_seconds : float
        How long a worker may be silent before its work is taken over.
    command : sequence of str
        What the user typed, for the record.

    Returns
    -------
    int
        How many cells are left to run.

    Raises
    ------
    InputError
        As of `run`, or if workers are busy in the folder.
    """
    _require_cells(opened)
    _require_results_folder(results)
    require_writable(results)
    with FolderLock(results, command) as lock:
        lock.acquire()
        require_no_workers(results)
        done = done_cells(results)
        facts = run_record(
            opened.resolved, opened.plan, opened.modalities, opened.cohorts, command, 0
        )
        with Journal(results / "journal") as records:
            records.append("run", facts)
        marks = [cell.id for cell in opened.plan.cells if cell.id in done]
        write_task(
            results, SharedTask(describe(opened.resolved, opened.plan), stale_seconds), marks
        )
    return len({cell.id for cell in opened.plan.cells} - done.keys())


def open_worker(
    results: Path, jobs: int, seconds: float | None, watch: Callable[[Progress], None]
) -> FolderWorker:
    """Open the run of a shared folder to work at it.

    Parameters
    ----------
    results : Path
        Prepared by `prepare_for_workers`.
    jobs : int
        How many cells run at once.
    seconds : float or None
        The time that there is, from now; None is no limit.
    watch : callable
        Called with every event of this worker.

    Returns
    -------
    FolderWorker
        Which has claimed nothing yet.

    Raises
    ------
    InputError
        If there is no such run, the folder is not writable, or versions or data differ here.
    """
    deadline = Deadline(seconds)
    task = read_task(results)
    require_writable(results)
    processes.begin()
    told = one_at_a_time(watch)
    opened = open_description(task.description, results, told)
    require_untouched()
    return FolderWorker(opened, task.stale_seconds, jobs, deadline, told)


def run_cells(
    opened: Opened,
    cells: Sequence[Cell],
    results: Path,
    jobs: int,
    watch: Callable[[Progress], None],
) -> dict[str, Finished]:
    """Run some cells of a plan and return their results.

    Parameters
    ----------
    opened : Opened
        The specification.
    cells : sequence of Cell
        From its plan.
    results : Path
        A folder for the journal and working files; it may be deleted afterwards.
    jobs : int
        How many cells run at once.
    watch : callable
        Called with every event of the run.

    Returns
    -------
    dict of str to Finished
        Cells that succeeded, by identity.
    """
    processes.begin()
    settings = _settings(opened, results, jobs)
    prepared = prepare_all(opened.resolved, cells, opened.cohorts, settings, watch)
    require_untouched()
    with Journal(results / "journal") as records:
        engine = LocalEngine(opened.resolved, prepared, settings, watch)
        engine.carry_out(cells, Recorder(records, watch).record)
    return done_cells(results)


def _settings(opened: Opened, results: Path, jobs: int) -> Settings:
    limits = opened.resolved.specification.benchmark.limits
    return Settings(
        results=results,
        cache=default_folder(),
        jobs=jobs,
        cell_seconds=limits.cell_seconds,
        memory_mb=limits.memory_mb,
    )


def _require_cells(opened: Opened) -> None:
    if not opened.plan.cells:
        source = opened.resolved.specification.source
        raise InputError([Complaint(source, "nothing is left to run: every cell is skipped")])


def _require_results_folder(results: Path) -> None:
    if results.exists() and not results.is_dir():
        raise InputError(
            [Complaint(str(results), "is a file; choose a folder for the results with --output")]
        )
    if results.is_dir() and any(results.iterdir()) and not _is_ours(results):
        problem = "contains files other than results; choose another folder with --output"
        raise InputError([Complaint(str(results), problem)])


def _is_ours(results: Path) -> bool:
    return any((results / name).exists() for name in ("journal", "manifest.json", LOCK))

"""Open a specification, plan its cells and run them; nothing is printed here."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from albench import registry, spec
from albench.cache_folder import default_folder
from albench.engines.dask import DaskEngine
from albench.engines.local import LocalEngine
from albench.engines.plan_description import describe, open_description
from albench.engines.recorder import Recorder
from albench.engines.run_folder import SharedTask, read_task, require_no_workers, write_task
from albench.engines.shared_folder import Deadline, FolderWorker
from albench.errors import Complaint, FailedFast, InputError
from albench.execute import processes
from albench.execute.devices import Devices
from albench.execute.interrupts import Stopped, gentle_interrupts
from albench.execute.lock import LOCK, FolderLock, require_writable
from albench.execute.pace import measure_pace
from albench.execute.preparation import prepare_all
from albench.execute.reuse import Reuse, reuse, successes, successes_of
from albench.execute.run import Progress, RunSettings, one_at_a_time
from albench.execute.run_record import cohort_records, planned_run
from albench.execute.untouched import require_untouched
from albench.planning import Plan, make, open_cohorts, resolve
from albench.planning.chosen_cells import cells_of, skips_of
from albench.planning.unknown_names import unknown_names
from albench.plural import plural
from albench.records.journal import Journal
from albench.records.results_folder import read_results, relative_path
from albench.records.run_record import ELSEWHERE
from albench.records.schema import CellStatus
from albench.spec.slices import EVERYTHING, Slice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from albench.api.modality import Modality
    from albench.cohort.join import Cohort
    from albench.engines.dask import Cluster
    from albench.engines.engine import Engine
    from albench.execute.devices import Placement
    from albench.planning import Cell, Resolved
    from albench.records.planned_replay import PlannedReplay
    from albench.records.run_record import CohortRecord, PlannedRun, RunRecord
    from albench.records.schema import Finished
    from albench.records.sequential import Sequential

MEASURED_FROM = 12
"""A run of so many cells measures how fast the machine is, in a quarter of a second."""


@dataclass(frozen=True, eq=False)
class OpenedSpecification:
    """A valid specification, with its data opened and its cells planned.

    Parameters
    ----------
    resolved : Resolved
        The specification with its plugins and their options.
    modalities : mapping
        What the loaders returned, by cohort and name.
    cohorts : mapping of (str, tuple of str) to Cohort
        The joined cohorts, by name and modalities.
    whole : Plan
        Cells and skips of the whole matrix.
    part : Slice
        What of it was asked for.
    keep_edited : bool
        Whether results are kept though a working copy that made them has been edited since.
    base : Path or None
        Results that a run starts from: cells that are done there need no run.
    limit : str
        What else than the slice chose cells, as options on the command line.
    chosen : frozenset of (str, block) or None
        What it left of the slice, by identity and block, which may share cells; None is all.
    sequential : Sequential or None
        What repetitions are added for, beyond those that the specification asks for.
    given_up : frozenset of str
        Cells that failed in this run already and are not tried again in it.
    replay : PlannedReplay or None
        Whose picks are replayed.
    """

    resolved: Resolved
    modalities: Mapping[str, Mapping[str, Modality]]
    cohorts: Mapping[tuple[str, tuple[str, ...]], Cohort]
    whole: Plan
    part: Slice = EVERYTHING
    keep_edited: bool = False
    base: Path | None = None
    limit: str = ""
    chosen: frozenset[tuple[str, tuple[str, str, str, str]]] | None = None
    sequential: Sequential | None = None
    given_up: frozenset[str] = frozenset()
    replay: PlannedReplay | None = None

    @cached_property
    def plan(self) -> Plan:
        """Cells and skips of the slice."""
        cells = cells_of(self.part, self.whole.cells)
        if self.chosen is not None:
            cells = tuple(cell for cell in cells if (cell.id, cell.block) in self.chosen)
        return Plan(cells, skips_of(self.part, self.whole.skipped))

    @property
    def run_folder(self) -> Path:
        """Where a run writes unless told otherwise: ``runs/NAME`` in the working directory."""
        name = self.resolved.specification.benchmark.name
        return Path("runs") / (name if self.replay is None else f"{name}-replay")

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

    def reuse(self, results: Path) -> Reuse:
        """Return which planned cells need no new run, given what a run folder holds.

        Parameters
        ----------
        results : Path
            The run folder; may be missing.

        Returns
        -------
        Reuse
            Of the slice's cells.
        """
        reading = read_results(results)
        there = successes_of(reading)
        for cell, ends in ({} if self.base is None else successes(self.base)).items():
            there[cell] = [*there.get(cell, []), *ends]
        reused = reuse(
            self.plan.cells,
            there,
            self.resolved.sources,
            keep_edited=self.keep_edited,
        )
        pace = reading.runs[-1].pace if reading.runs else None
        return replace(reused, unreadable=reading.warnings, given_up=self.given_up, pace=pace)

    def record(self, there: Reuse, command: Sequence[str], jobs: int) -> PlannedRun:
        """Return the record of a run that begins.

        Parameters
        ----------
        there : Reuse
            What is done: cells of the matrix that are not of the slice stay in the record.
        command : sequence of str
            What the user typed.
        jobs : int
            How many cells run at once.

        Returns
        -------
        PlannedRun
            For the journal.
        """
        kept = {cell.id for cell in self.plan.cells} | there.recorded
        cells = tuple(cell for cell in self.whole.cells if cell.id in kept)
        record = planned_run(
            self.resolved,
            Plan(cells, self.whole.skipped),
            self.modalities,
            self.cohorts,
            command,
            jobs,
        )
        text = " ".join(filter(None, (self.part.text, self.limit)))
        part: dict[str, object] = {"slice": text, "matrix_cells": len(self.whole.cells)}
        if (rule := self.sequential) is not None:
            wanted = [c for c in self.whole.cells if c.repetition < rule.planned or c.id in kept]
            part |= {"matrix_cells": len(wanted), "repetitions": rule.planned, "sequential": rule}
        if self.replay is not None:
            part |= self.replay.as_recorded(record)
        return record.model_copy(update=part)

    def describe(self) -> dict[str, CohortRecord]:
        """Return the record of each cohort."""
        return cohort_records(self.resolved, self.modalities, self.cohorts)


def open_spec(
    name: str,
    part: Slice = EVERYTHING,
    *,
    keep_edited: bool = False,
    base: Path | None = None,
    repetitions: int | None = None,
) -> OpenedSpecification:
    """Read, resolve and plan a specification; nothing is written.

    Parameters
    ----------
    name : str
        A file, or the name of a benchmark.
    part : Slice
        What of its matrix is wanted.
    keep_edited : bool
        Whether results are kept though a working copy that made them has been edited since.
    base : Path or None
        Results that a run starts from.
    repetitions : int or None
        How many are planned; None for as many as the specification asks for.

    Returns
    -------
    OpenedSpecification
        Ready to be run.

    Raises
    ------
    InputError
        With all complaints about the file, the plugins and the data; or about a slice that names
        what is not there, or leaves nothing.
    """
    specification = read_spec(name)
    if repetitions is not None:
        specification = specification.repeated(repetitions)
    return open_specification(specification, part, keep_edited=keep_edited, base=base)


def read_spec(name: str) -> spec.Specification:
    """Read a specification, whose names are known.

    Parameters
    ----------
    name : str
        A file, or the name of a benchmark.

    Returns
    -------
    Specification
        Not resolved yet.

    Raises
    ------
    InputError
        With all complaints about the file.
    """
    return spec.read(spec.find(name), also=_unknown_plugins)


def parse_spec(text: str, source: str, folder: Path) -> spec.Specification:
    """Read a specification from its text, as `read_spec` does from a file.

    Parameters
    ----------
    text : str
        TOML.
    source : str
        What complaints call it.
    folder : Path
        What relative paths in it are relative to.

    Returns
    -------
    Specification
        Not resolved yet.

    Raises
    ------
    InputError
        With all complaints about it.
    """
    return spec.parse(text, source, folder, also=_unknown_plugins)


def _unknown_plugins(content: dict[str, Any]) -> list[spec.Fault]:
    return unknown_names(content, registry.discover())


def open_specification(
    specification: spec.Specification,
    part: Slice = EVERYTHING,
    *,
    keep_edited: bool = False,
    base: Path | None = None,
) -> OpenedSpecification:
    """Resolve and plan a specification that has been read; nothing is written.

    Parameters
    ----------
    specification : Specification
        A benchmark and its text.
    part : Slice
        What of its matrix is wanted.
    keep_edited : bool
        As of `open_spec`.
    base : Path or None
        As of `open_spec`.

    Returns
    -------
    OpenedSpecification
        Ready to be run.

    Raises
    ------
    InputError
        As of `open_spec`.
    """
    resolved = resolve(specification, registry.discover())
    modalities, cohorts = open_cohorts(resolved)
    opened = OpenedSpecification(
        resolved, modalities, cohorts, make(resolved, cohorts), part, keep_edited, base
    )
    if opened.whole.cells:
        _ = opened.plan  # complains of the slice
    return opened


def specification_of(record: RunRecord, results: Path) -> spec.Specification:
    """Return the specification that results were made by.

    Parameters
    ----------
    record : RunRecord
        Of their latest run, or their manifest.
    results : Path
        Where they are; complaints name it.

    Returns
    -------
    Specification
        The text that they keep. Relative paths in it are relative to the folder of its file, which
        is looked for where it was, and then among the benchmarks that run by name; without a file
        they are relative to the results.

    Raises
    ------
    SpecError
        If this albench cannot read it any more.
    """
    file = specification_file(record, results)
    source = f"{results}: its specification"
    return spec.parse(record.spec, source, results if file is None else file.parent)


def open_recorded(record: RunRecord, results: Path) -> OpenedSpecification:
    """Resolve and plan the specification that results were made by.

    Parameters
    ----------
    record : RunRecord
        Of their latest run.
    results : Path
        Where they are.

    Returns
    -------
    OpenedSpecification
        With all repetitions that the run may have added.

    Raises
    ------
    InputError
        As of `specification_of` and `open_spec`.
    """
    if record.replayed is not None:
        problem = "holds replayed picks; replay them again to compare: albench run --replay"
        raise InputError([Complaint(str(results), problem)])
    specification = specification_of(record, results)
    if record.sequential is not None:
        specification = specification.repeated(record.sequential.most)
    return open_specification(specification)


def specification_file(record: RunRecord, results: Path) -> Path | None:
    """Return the file of the specification that results were made by, as it is now.

    Parameters
    ----------
    record : RunRecord
        Of their latest run, or their manifest.
    results : Path
        Where they are.

    Returns
    -------
    Path or None
        Where it was, relative to the results; else the benchmark of that name; None if neither is
        there.
    """
    file = results / record.spec_path
    if record.spec_path and file.is_file():
        return file
    return spec.available().get(record.name)


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
    retries : mapping of str to int
        How often cells were tried again, by cause.
    """

    results: Path
    n_reused: int
    n_ok: int
    n_failed: int
    seconds: float
    retries: Mapping[str, int] = field(default_factory=dict)

    @property
    def n_cells(self) -> int:
        """The number of cells with a result, failures included."""
        return self.n_reused + self.n_ok + self.n_failed


def run(  # noqa: PLR0913  # each is given once, by the caller who starts a run
    opened: OpenedSpecification,
    results: Path,
    jobs: int,
    command: Sequence[str],
    on_begin: Callable[[Sequence[Cell], Sequence[tuple[Cell, float]]], None],
    watch: Callable[[Progress], None],
    cluster: Cluster | None = None,
    *,
    devices: Devices | None = None,
    fail_fast: bool = False,
    lockstep: bool = True,
) -> Summary:
    """Run the cells of a plan that are not done yet.

    Parameters
    ----------
    opened : OpenedSpecification
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
    devices : Devices or None
        What cells that run here share; None is whatever this process sees.
    fail_fast : bool
        Whether the first cell that fails ends the run.
    lockstep : bool
        Whether cells may share a child, in which they learn in lockstep, to the same results.

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
        albench in this process; as `FailedFast`, at the first cell that failed. The others that
        were running resume from their last round next time.
    """
    began = time.perf_counter()
    _require_cells(opened)
    _require_results_folder(results)
    require_writable(results)
    processes.begin()
    settings = _settings(opened, results, jobs, devices, lockstep=lockstep)
    unique = {cell.id: cell for cell in opened.plan.cells}
    with FolderLock(results, command) as lock, ExitStack() as lent:
        is_new = not _is_ours(results)
        if not is_new:
            lock.acquire()
            require_no_workers(results)
        ended = _Ended(watch, fail_fast=fail_fast)
        there = opened.reuse(results)
        begin = _engine(opened, there.left(unique.values()), settings, ended.watch, cluster)
        engine = lent.enter_context(begin)
        if is_new:  # it is made, and locked, once the data are good
            lock.acquire()
            there = opened.reuse(results)  # by now, another run may have been at work in it
        _tell(there, unique, watch, on_begin)
        with _begun(
            opened,
            _paced(there, unique, settings, cluster),
            results,
            command,
            jobs if cluster is None else ELSEWHERE,
        ) as records:
            _carry_out(engine, there.left(unique.values()), records, ended)
            records.append("end", {"seconds": round(time.perf_counter() - began, 1)})
    seconds = time.perf_counter() - began
    return Summary(results, len(there.done), ended.n_ok, ended.n_failed, seconds, ended.retries)


def _paced(
    there: Reuse, unique: Mapping[str, Cell], settings: RunSettings, cluster: Cluster | None
) -> Reuse:
    """Return what is there with the pace of the machine on which a run's cells take their seconds.

    It is measured where many of them are to run on processors here; else it is what is known.
    """
    n_left = len(there.left(unique.values()))
    is_elsewhere = cluster is not None or any(end.is_rounded for end in there.done.values())
    if n_left < MEASURED_FROM or is_elsewhere or settings.devices.names:
        return there
    return replace(there, pace=measure_pace())


def _carry_out(engine: Engine, cells: Sequence[Cell], records: Journal, ended: _Ended) -> None:
    """Run cells; raise `Stopped` if the user has ended that before the last one."""
    with gentle_interrupts(engine.end_soon):
        engine.carry_out(cells, Recorder(records, ended.watch).record)
    if n_left := len(cells) - ended.n_ok - ended.n_failed:
        done = f"{plural(ended.n_ok, 'cell')} done, {ended.n_failed} failed, {n_left} left"
        raise Stopped(f"stopped: {done}; run the same command again to continue")


def _tell(
    there: Reuse,
    unique: Mapping[str, Cell],
    watch: Callable[[Progress], None],
    on_begin: Callable[[Sequence[Cell], Sequence[tuple[Cell, float]]], None],
) -> None:
    """Tell what is stale, what is left and what is done."""
    for warning in there.warnings:
        watch(Progress("notice", text=warning))
    done = [(unique[key], result.seconds) for key, result in there.done.items()]
    on_begin(there.left(unique.values()), done)


@contextmanager
def _begun(
    opened: OpenedSpecification, there: Reuse, results: Path, command: Sequence[str], jobs: int
) -> Iterator[Journal]:
    """Yield a journal in which the run, and what it takes over from other results, is written."""
    require_untouched()
    own = {} if opened.base is None else successes(results)
    taken = [end for cell, end in there.done.items() if opened.base and cell not in own]
    with Journal(results / "journal") as records:
        path = relative_path(opened.resolved.specification.source, results)
        own_place: dict[str, object] = {"spec_path": path, "pace": there.pace}
        record = opened.record(there, command, jobs).model_copy(update=own_place)
        records.append("run", record.to_json())
        records.extend([("cell", end.to_json()) for end in taken])
        yield records


@contextmanager
def _engine(
    opened: OpenedSpecification,
    cells: Sequence[Cell],
    settings: RunSettings,
    watch: Callable[[Progress], None],
    cluster: Cluster | None,
) -> Iterator[Engine]:
    """Yield what carries cells out, with their data prepared or workers at hand."""
    if cluster is None:
        prepared = prepare_all(opened.resolved, cells, opened.cohorts, settings, watch)
        yield LocalEngine(opened.resolved, prepared, settings, watch)
        return
    described = describe(opened.resolved, opened.whole)
    sources = opened.resolved.sources
    with DaskEngine(cluster, described, sources, settings.results, watch) as engine:
        yield engine


class _Ended:
    """Counts cells as they end, and passes every event on."""

    def __init__(self, watch: Callable[[Progress], None], *, fail_fast: bool = False) -> None:
        self._watch, self._fail_fast = watch, fail_fast
        self.n_ok = self.n_failed = 0
        self.retries: Counter[str] = Counter()

    def watch(self, progress: Progress) -> None:
        """Count a cell that ended, and pass the event on.

        Parameters
        ----------
        progress : Progress
            What happened.

        Raises
        ------
        FailedFast
            If it failed, and the run was to end at that.
        """
        finished = progress.finished
        if finished is not None:
            is_ok = finished.status is CellStatus.OK
            self.n_ok += is_ok
            self.n_failed += not is_ok
        elif progress.kind == "retry":
            self.retries[progress.text] += 1
        self._watch(progress)
        if self._fail_fast and finished is not None and finished.status is not CellStatus.OK:
            raise FailedFast(
                f"cell {finished.cell} failed ({finished.status}: {finished.reason}), and "
                "--fail-fast ends the run there; run the same command again to resume"
            )


def prepare_for_workers(
    opened: OpenedSpecification, results: Path, stale_seconds: float, command: Sequence[str]
) -> int:
    """Write a run into a folder, for `open_worker` on any number of machines to carry out.

    Cells that have failed before are tried again; those that have succeeded are not.

    Parameters
    ----------
    opened : OpenedSpecification
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
        there = opened.reuse(results)
        with _begun(opened, there, results, command, ELSEWHERE):
            left = {cell.id for cell in there.left(opened.plan.cells)}
        # What is not of the slice counts as done: workers plan the whole matrix.
        marks = [cell.id for cell in opened.whole.cells if cell.id not in left]
        described = describe(opened.resolved, opened.whole)
        write_task(results, SharedTask(described, stale_seconds), marks)
    return len(left)


def open_worker(
    results: Path,
    placement: Placement,
    seconds: float | None,
    watch: Callable[[Progress], None],
) -> FolderWorker:
    """Open the run of a shared folder to work at it.

    Parameters
    ----------
    results : Path
        Prepared by `prepare_for_workers`.
    placement : Placement
        How many cells run at once, and on which devices.
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
    watch_one = one_at_a_time(watch)
    opened = open_description(task.description, results, watch_one, placement.devices)
    require_untouched()
    return FolderWorker(opened, task.stale_seconds, placement.jobs, deadline, watch_one)


def run_cells(
    opened: OpenedSpecification,
    cells: Sequence[Cell],
    results: Path,
    placement: Placement,
    watch: Callable[[Progress], None],
) -> dict[str, Finished]:
    """Run some cells of a plan, each in a child of its own, and return their results.

    Parameters
    ----------
    opened : OpenedSpecification
        The specification.
    cells : sequence of Cell
        From its plan.
    results : Path
        A folder for the journal and working files; it may be deleted afterwards.
    placement : Placement
        How many cells run at once, and on which devices.
    watch : callable
        Called with every event of the run.

    Returns
    -------
    dict of str to Finished
        Cells that succeeded, by identity.
    """
    processes.begin()
    settings = _settings(opened, results, placement.jobs, placement.devices, lockstep=False)
    prepared = prepare_all(opened.resolved, cells, opened.cohorts, settings, watch)
    require_untouched()
    with Journal(results / "journal") as records:
        engine = LocalEngine(opened.resolved, prepared, settings, watch)
        engine.carry_out(cells, Recorder(records, watch).record)
    return {cell: ended[-1] for cell, ended in successes(results).items()}


def _settings(
    opened: OpenedSpecification,
    results: Path,
    jobs: int,
    devices: Devices | None,
    *,
    lockstep: bool,
) -> RunSettings:
    limits = opened.resolved.specification.benchmark.limits
    return RunSettings(
        results=results,
        cache=default_folder(),
        jobs=jobs,
        cell_seconds=limits.cell_seconds,
        memory_mb=limits.memory_mb,
        devices=devices or Devices(),
        lockstep=lockstep,
    )


def _require_cells(opened: OpenedSpecification) -> None:
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

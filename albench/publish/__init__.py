"""Tables and reports of results: read the records, derive tables, write tables and report."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from albench.errors import Complaint, InputError, RecordsError
from albench.plural import plural
from albench.publish.derive import derive
from albench.publish.metadata import write_metadata
from albench.publish.read import read
from albench.publish.repeatable import repeatable
from albench.publish.scored import memory_of, remember
from albench.publish.write import write, write_text_tables
from albench.records.archive import ACQUIRED, write_archive
from albench.records.results_folder import has_journal, relative_path, require_folder
from albench.records.storage import storage_told
from albench.report_formats import USUAL
from albench.reporting import writing
from albench.spec.slices import EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from albench.records.tables import Records
    from albench.spec.slices import Slice

AUDITED = ("bought.csv", "overlaps.csv", "pictures.csv")
"""Tables of purchases that were made with the data at hand, if there are any."""
MEGABYTES = 15.0
"""The most that probabilities take among published results, unless claims are judged by them."""


def redraw(
    results: Path,
    part: Slice = EVERYTHING,
    rivals: Sequence[str] = (),
    formats: Collection[str] = USUAL,
    warn: Callable[[str], object] | None = None,
) -> Path:
    """Write a run folder's tables and report, from its journal if it has one.

    Parameters
    ----------
    results : Path
        ``runs/NAME``. Without a journal (published results have none) the report is drawn from the
        text tables beside it: ``cells.csv``, ``scores.csv``, ``manifest.json`` and the others.
    part : Slice
        What the report is to show; without a shard. The tables are whole all the same.
    rivals : sequence of str
        Strategies that the report compares with each other, whatever the specification says.
    formats : collection of str
        Those of the report's files.
    warn : callable or None
        Takes each sentence about what of the journal could not be read.

    Returns
    -------
    Path
        The report's page, or its folder if no page is asked for.

    Raises
    ------
    RecordsError
        If there is neither a journal nor text tables, or they are damaged.
    InputError
        If a slice or a rival names what is not in the results.
    StorageError
        If the disk is full or read-only, or the folder is not the user's.
    """
    require_folder(results)
    with storage_told(results):
        if has_journal(results):
            memory = memory_of(results)
            records = read(results)
            if warn is not None:
                for warning in records.warnings:
                    warn(warning)
            derived = derive(records)
            write(derived, results)
            remember(memory, derived)
        elif not (results / "cells.csv").exists():
            expected = "expected journal/ or cells.csv"
            raise RecordsError(f"{results}: there are no results here; {expected}")
        page = writing.write(results, part, rivals, formats)
        if not has_journal(results):
            write_metadata(results, is_new=False)
        return page


def publish(run: Path, target: Path, *, incomplete: bool = False) -> tuple[Path, int]:
    """Write all that is published of a run: text tables, records as Parquet, report and metadata.

    Parameters
    ----------
    run : Path
        A run folder.
    target : Path
        ``results/NAME``: new, or published results, which are replaced.
    incomplete : bool
        Whether cells may have failed or be missing.

    Returns
    -------
    page : Path
        The report's page.
    n_repetitions : int
        How many repetitions have their probabilities: as many as fit into `MEGABYTES`, and all
        where published tables or claims are judged by them.

    Raises
    ------
    InputError
        If the run is not complete, or the target is of another benchmark or contains other files.
    RecordsError
        If the run has no journal, or a damaged one.
    StorageError
        If the disk is full or read-only, or the place is not the user's; what was published before
        is as it was.
    """
    require_folder(run)
    if not has_journal(run):
        raise RecordsError([Complaint(str(run), "has no journal of a run")])
    records = _moved(read(run), run, target)
    tables = derive(records)
    if not incomplete:
        _require_complete(tables.cells["status"].tolist(), run, records.warnings)
    _require_place(target)
    limit = None if records.run.published.points() else MEGABYTES
    with storage_told(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".albench-") as name:
            new = Path(name) / target.name
            new.mkdir()
            write_text_tables(tables, new)
            for audited in AUDITED:
                if (run / audited).is_file():
                    shutil.copy(run / audited, new / audited)
            n_repetitions = write_archive(records, new, limit)
            page = writing.write(new)
            write_metadata(new, is_new=True)
            _replace(target, new)
    return target / page.relative_to(new), n_repetitions


def _moved(records: Records, run: Path, target: Path) -> Records:
    """Return records whose specification is named relative to where they are published.

    Outside the working directory a path would name folders of this machine: it is left out, of the
    command as well.
    """
    path, command = "", repeatable(records.run.command, Path.cwd())
    if records.run.spec_path:
        file, here = (run / records.run.spec_path).resolve(), Path.cwd()
        if file.is_relative_to(here) and target.resolve().is_relative_to(here):
            path = relative_path(file, target)
    moved = {"spec_path": path, "command": command}
    return replace(records, run=records.run.model_copy(update=moved))


def _replace(target: Path, new: Path) -> None:
    """Move what was written into its place, all of it: until now nothing there has changed."""
    target.mkdir(exist_ok=True)
    written = {path.name: path for path in new.iterdir()}
    for path in written.values():
        if path.is_dir():
            shutil.rmtree(target / path.name, ignore_errors=True)
        path.replace(target / path.name)
    for name in (*AUDITED, ACQUIRED):  # files that these results need not have
        if name not in written:
            (target / name).unlink(missing_ok=True)


def _require_complete(statuses: list[str], run: Path, warnings: Sequence[str]) -> None:
    lacking = sum(status != "ok" for status in statuses)
    if lacking:
        cells_have = plural(lacking, "cell has", "cells have")
        problem = f"{cells_have} no result; finish the run, or publish it with --incomplete"
        raise InputError([Complaint(str(run), problem), *warnings])


def _require_place(target: Path) -> None:
    if target.exists() and not target.is_dir():
        raise InputError([Complaint(str(target), "is a file; choose another folder with --to")])
    if has_journal(target):
        problem = "is a run folder; choose another folder with --to"
        raise InputError([Complaint(str(target), problem)])
    is_published = (target / "manifest.json").is_file()
    if target.is_dir() and any(target.iterdir()) and not is_published:
        problem = "contains files other than results; choose another folder with --to"
        raise InputError([Complaint(str(target), problem)])

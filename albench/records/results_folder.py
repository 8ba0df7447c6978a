"""The records of a run folder or of published results: a journal if there is one, or an archive."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from albench.errors import Complaint, RecordsError
from albench.records import journal

if TYPE_CHECKING:
    from albench.records.journal import JournalReading
    from albench.records.run_record import PlannedRun


def require_folder(results: Path) -> None:
    """Refuse a file where a folder of results is expected.

    Parameters
    ----------
    results : Path
        As it was named; it may be missing.

    Raises
    ------
    RecordsError
        If it is a file.
    """
    if results.is_file():
        is_bundle = zipfile.is_zipfile(results) or results.suffix == ".zip"
        advice = "; bundles are read by albench check and albench site" if is_bundle else ""
        raise RecordsError(
            [Complaint(str(results), f"is a file, expected a folder of results{advice}")]
        )


def has_journal(results: Path) -> bool:
    """Return whether a folder has a journal: whether runs wrote into it."""
    return any((results / "journal").glob("*.jsonl"))


def has_archive(folder: Path) -> bool:
    """Return whether a folder holds published results that are whole."""
    return (folder / "cells.parquet").is_file() and (folder / "manifest.json").is_file()


def has_tables(folder: Path) -> bool:
    """Return whether a folder has tables from which a report is drawn, with or without records."""
    return (folder / "cells.csv").is_file() and (folder / "manifest.json").is_file()


def has_records(folder: Path) -> bool:
    """Return whether a folder has whole records: those of runs, or published ones."""
    return has_journal(folder) or has_archive(folder)


def relative_path(file: str | Path, results: Path) -> str:
    """Return where a file is, relative to results.

    Parameters
    ----------
    file : str or Path
        A file, or any other text.
    results : Path
        A folder, which may not be there yet.

    Returns
    -------
    str
        With slashes; empty if there is no such file, or it is on another drive.
    """
    try:
        is_file = Path(file).is_file()
        relative = os.path.relpath(Path(file).resolve(), results.resolve()) if is_file else ""
    except (OSError, ValueError):
        return ""
    return Path(relative).as_posix() if relative else ""


def read_results(results: Path) -> JournalReading:
    """Return the events of a results folder.

    Parameters
    ----------
    results : Path
        A run folder, or published results; may be missing.

    Returns
    -------
    JournalReading
        Empty if there is neither a journal nor whole published results.

    Raises
    ------
    RecordsError
        If what is there is damaged, or a file.
    """
    require_folder(results)
    if not has_journal(results) and has_archive(results):
        from albench.records.archive import read_archive  # pandas: most plans need none

        return read_archive(results)
    return journal.read(results / "journal")


def latest_run(results: Path) -> PlannedRun:
    """Return the record of the latest run of a results folder.

    Parameters
    ----------
    results : Path
        A run folder, or published results.

    Returns
    -------
    PlannedRun
        With its plan.

    Raises
    ------
    RecordsError
        If there is none, or what is there is damaged.
    """
    return latest_run_of(read_results(results), results)


def latest_run_of(reading: JournalReading, results: Path) -> PlannedRun:
    """Return the record of the latest run among records that have been read.

    Parameters
    ----------
    reading : JournalReading
        What `read_results` gave.
    results : Path
        Of this folder.

    Returns
    -------
    PlannedRun
        With its plan.

    Raises
    ------
    RecordsError
        If there is none.
    """
    if reading.runs:
        return reading.runs[-1]
    problem = "has no journal of a run"
    if not results.is_dir():
        problem = "there is no such folder"
    elif has_tables(results) and not reading.events:
        problem = "was published as tables alone, without the records of a run that this takes"
    raise RecordsError([Complaint(str(results), problem), *reading.warnings])

"""The records of a run folder or of published results: a journal if there is one, or an archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench.records import journal

if TYPE_CHECKING:
    from pathlib import Path

    from albench.records.journal import Reading


def has_journal(results: Path) -> bool:
    """Return whether a folder has a journal: whether runs wrote into it."""
    return any((results / "journal").glob("*.jsonl"))


def has_archive(folder: Path) -> bool:
    """Return whether a folder holds published results that are whole."""
    return (folder / "cells.parquet").is_file() and (folder / "manifest.json").is_file()


def has_records(folder: Path) -> bool:
    """Return whether a folder has whole records: those of runs, or published ones."""
    return has_journal(folder) or has_archive(folder)


def read_results(results: Path) -> Reading:
    """Return the events of a results folder.

    Parameters
    ----------
    results : Path
        A run folder, or published results; may be missing.

    Returns
    -------
    Reading
        Empty if there is neither a journal nor whole published results.

    Raises
    ------
    RecordsError
        If what is there is damaged.
    """
    if not has_journal(results) and has_archive(results):
        from albench.records.archive import read_archive  # pandas: most plans need none

        return read_archive(results)
    return journal.read(results / "journal")

"""Publish a results folder: read the journal, derive tables, write tables and report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench import report
from albench.errors import RecordsError
from albench.publish.derive import derive
from albench.publish.read import has_journal, read
from albench.publish.write import write
from albench.records.misplaced import misplaced_told

if TYPE_CHECKING:
    from pathlib import Path


def publish(results: Path) -> Path:
    """Write a results folder's tables and report, from its journal if it has one.

    Parameters
    ----------
    results : Path
        ``results/NAME``. Without a journal (a fresh clone has none) the report is drawn from the
        text tables beside it: ``cells.csv``, ``scores.csv``, ``manifest.json`` and the others.

    Returns
    -------
    Path
        The report's page.

    Raises
    ------
    RecordsError
        If there is neither a journal nor text tables, or they are damaged.
    """
    with misplaced_told():
        if has_journal(results):
            write(derive(read(results)), results)
        elif not (results / "cells.csv").exists():
            expected = "expected journal/ or cells.csv"
            raise RecordsError(f"{results}: there are no results here; {expected}")
        return report.write(results)

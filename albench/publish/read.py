"""The first stage: the records of a results folder, as one verdict for each planned cell."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from albench.records import tables
from albench.records.results_folder import read_results

if TYPE_CHECKING:
    from pathlib import Path

    from albench.records.tables import Records


def read(results: Path) -> Records:
    """Return what the journal says of the cells that the latest run planned.

    Parameters
    ----------
    results : Path
        ``results/NAME``.

    Returns
    -------
    Records
        Without cells that only an earlier specification planned.

    Raises
    ------
    RecordsError
        If the journal is damaged, or has no run in it.
    """
    records = tables.gather(read_results(results))
    planned = {cell.cell for cell in records.run.cells}
    current = {cell: end for cell, end in records.finished.items() if cell in planned}
    return replace(records, finished=current)

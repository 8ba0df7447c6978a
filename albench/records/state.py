"""The state of a run folder or of published results: how each cell ended, if it has."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from albench.records import tables
from albench.records.remembered import Memory, RememberedTables
from albench.records.results_folder import latest_run_of, read_results
from albench.records.run_record import PlannedRun
from albench.records.schema import CellStatus

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from albench.records.journal import JournalReading
    from albench.records.tables import Records

Made = tuple[str, str, str, int]
"""A component's name and kind, a digest of its source, and how many successes that made."""


@dataclass(frozen=True, eq=False)
class RunState:
    """How the planned cells of the latest run ended, and which have not run.

    Parameters
    ----------
    cells : DataFrame
        As of `tables.cells_table`, with the column ``retries``: counts by cause, as JSON.
    name : str
        Of the benchmark.
    conflicts : tuple of str
        Cells of which two successes differ.
    warnings : tuple of str
        What could not be read, in sentences.
    made : tuple of Made
        Which source made how many successes.
    has_ended : bool
        Whether the latest run reached its end.
    """

    cells: pd.DataFrame
    name: str
    conflicts: tuple[str, ...]
    warnings: tuple[str, ...]
    made: tuple[Made, ...]
    has_ended: bool


def state_of(results: Path) -> RunState:
    """Return the state of a folder; that of a large journal is remembered.

    Parameters
    ----------
    results : Path
        A run folder, or published results.

    Returns
    -------
    RunState
        Of the latest run's plan.

    Raises
    ------
    RecordsError
        If there is no record of a run, or one that this albench cannot read.
    """
    memory = Memory(results, __name__)
    if (remembered := memory.recall()) is not None:
        plain = remembered.plain
        return RunState(
            cells=remembered.frames["cells"],
            name=plain["name"],
            conflicts=tuple(plain["conflicts"]),
            warnings=tuple(plain["warnings"]),
            made=tuple((name, kind, digest, n) for name, kind, digest, n in plain["made"]),
            has_ended=plain["has_ended"],
        )
    state = _read(results)
    plain = {
        "name": state.name,
        "conflicts": state.conflicts,
        "warnings": state.warnings,
        "made": state.made,
        "has_ended": state.has_ended,
    }
    memory.keep(RememberedTables({"cells": state.cells}, plain))
    return state


def _read(results: Path) -> RunState:
    reading = read_results(results)
    run = latest_run_of(reading, results)
    records = tables.gather(reading)
    cells = tables.cells_table(records)
    retries = {cell: json.dumps(end.retries) for cell, end in records.finished.items()}
    return RunState(
        cells=cells.assign(retries=[retries.get(cell, "{}") for cell in cells["cell"]]),
        name=run.name,
        conflicts=records.conflicts,
        warnings=reading.warnings,
        made=_made(records),
        has_ended=_has_ended(reading),
    )


def _made(records: Records) -> tuple[Made, ...]:
    kinds = {part.name: part.kind for part in records.run.plugins}
    made = Counter(
        pair
        for end in records.finished.values()
        if end.status is CellStatus.OK
        for pair in end.sources.items()
    )
    return tuple(
        (name, kinds[name], digest, n) for (name, digest), n in made.items() if name in kinds
    )


def _has_ended(reading: JournalReading) -> bool:
    """Return whether the file in which the latest run began holds its end too."""
    latest = [event.source for event in reading.events if isinstance(event.content, PlannedRun)][-1]
    return any(isinstance(e.content, dict) for e in reading.events if e.source == latest)

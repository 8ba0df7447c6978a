"""A part of the tables that a report is drawn from.

Arguments are those of `albench.reporting`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from albench.analysis.curves import SYSTEM
from albench.analysis.summaries import Summaries
from albench.spec.slices import AXES, Place

if TYPE_CHECKING:
    from albench.reporting.load import ReportTables
    from albench.spec.slices import Slice


def sliced(records: ReportTables, part: Slice) -> ReportTables:
    """Return the tables of the cells that a slice without a shard chooses.

    Their manifest names the slice. Raises `InputError` if a name is not in the tables, or nothing
    is left.
    """
    kept = _with_cells(records, chosen_rows(records.cells, part))
    tables = vars(records.summaries).items()
    manifest = records.manifest
    earlier = [manifest.slice] if manifest.slice else []
    return replace(
        kept,
        summaries=Summaries(**{name: _of_systems(table, kept.cells) for name, table in tables}),
        manifest=manifest.model_copy(update={"slice": " ".join([*earlier, part.text])}),
    )


def as_planned(records: ReportTables) -> ReportTables:
    """Return the tables without repetitions that were added because of results.

    They are the same where none was added. How many repetitions there are owes nothing to results
    then, as usual tests suppose.
    """
    rule = records.manifest.sequential
    if rule is None:
        return records
    return _with_cells(records, records.cells[records.cells["repetition"] < rule.planned])


def _with_cells(records: ReportTables, cells: pd.DataFrame) -> ReportTables:
    """Return the rows of some cells."""
    mine = set(cells["cell"])
    return replace(
        records,
        cells=cells.reset_index(drop=True),
        scores=records.scores[records.scores["cell"].isin(mine)].reset_index(drop=True),
        marks=records.marks[records.marks["cell"].isin(mine)].reset_index(drop=True),
        bought=records.bought[records.bought["cell"].isin(mine)].reset_index(drop=True),
        overlaps=_of_systems(records.overlaps, cells),
        pictures=_of_systems(records.pictures, cells),
    )


def chosen_rows(cells: pd.DataFrame, part: Slice) -> pd.DataFrame:
    """Return the rows of a table of cells that a slice without a shard chooses, with their index.

    Raises `InputError` if a name is not in the table, or nothing is left.
    """
    columns = [cells[axis].astype(str) for axis in AXES]
    places = (Place(*row) for row in zip(*columns, cells["repetition"].astype(int), strict=True))
    return cells[part.of_places(places)]


def _of_systems(table: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the systems that are left; of tables of claims, all."""
    if not set(SYSTEM) <= set(table.columns):
        return table
    systems = pd.MultiIndex.from_frame(cells[SYSTEM])
    kept = pd.MultiIndex.from_frame(table[SYSTEM]).isin(systems)
    return table[kept].reset_index(drop=True)

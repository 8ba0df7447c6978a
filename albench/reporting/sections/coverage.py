"""Which cells there are, how training went, and what failed or was left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench.analysis.coverage_and_fairness import coverage
from albench.analysis.curves import BLOCK
from albench.records.tables import LOST
from albench.reporting import training_tables
from albench.reporting.content import Section, Table
from albench.reporting.names import block_of
from albench.reporting.table_cells import whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from albench.records.manifest import Manifest
    from albench.reporting.content import Element
    from albench.reporting.derived import Derived
    from albench.reporting.names import Namer


def section(derived: Derived) -> Section:
    """Return coverage, checks of training, failures, and what was left out."""
    return Section("Coverage", list(_parts(derived)))


def _parts(derived: Derived) -> Iterator[Element]:
    records, named = derived.records, derived.named
    yield from _coverage_tables(records.cells, named)
    if derived.findings:
        yield training_tables.check_table(derived.checks, named)
        yield training_tables.convergence_text(records, derived.findings[0].efficiency, named)
    for table in (_failure_table(records.cells, named), _skipped_table(records.manifest)):
        if table is not None:
            yield table


def _coverage_tables(cells: pd.DataFrame, named: Namer) -> Iterator[Table]:
    """Yield cells of each block by status, and the strategies that lack some."""
    counts = coverage(cells)
    statuses = [name for name in counts.columns if name not in {*BLOCK, "strategy"}]
    summed = counts.groupby(BLOCK, sort=True)[statuses].sum().reset_index()
    rows = tuple(
        (named.block(block_of(row)), *(whole(row[status]) for status in statuses))
        for row in summed.to_dict("records")
    )
    yield Table("coverage", "Planned cells and how they ended", "", ("block", *statuses), rows)
    lacking = counts[counts["ok"] < counts["planned"]]
    rows = tuple(
        (named.block(block_of(row)), row["strategy"], *(whole(row[status]) for status in statuses))
        for row in lacking.to_dict("records")
    )
    if rows:
        columns = ("block", "strategy", *statuses)
        yield Table("lacking", "Strategies whose cells are not all there", "", columns, rows)


def _failure_table(cells: pd.DataFrame, named: Namer) -> Table | None:
    """Return why cells failed."""
    failed = cells[~cells["status"].isin(["ok", "missing"]) | (cells["reason"] == LOST)]
    keys = [*BLOCK, "strategy", "status", "reason"]
    causes = failed.groupby(keys, sort=True)["repetition"].agg(_numbers).reset_index()
    rows = tuple(
        (named.block(block_of(row)), *(row[key] for key in ("strategy", "repetition", *keys[-2:])))
        for row in causes.to_dict("records")
    )
    columns = ("block", "strategy", "repetitions", "status", "reason")
    return Table("failures", "Cells that failed, and why", "", columns, rows) if rows else None


def _numbers(repetitions: pd.Series[int]) -> str:
    return ", ".join(map(str, sorted(repetitions)))


def _skipped_table(manifest: Manifest) -> Table | None:
    """Return what was skipped before anything ran; None if nothing was."""
    rows = tuple((entry.what, entry.reason) for entry in manifest.skipped)
    title = "Skipped before the run"
    return Table("skipped", title, "", ("what", "reason"), rows) if rows else None

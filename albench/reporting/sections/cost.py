"""Time and memory of queries, trainings and cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench.reporting.content import Section, Table
from albench.reporting.names import blocks_of, of_block

if TYPE_CHECKING:
    import pandas as pd

    from albench.reporting.derived import Derived
    from albench.reporting.names import Namer


def section(derived: Derived) -> Section | None:
    """Return what strategies cost, each on its own: equal picks may cost unequally."""
    if not derived.findings:
        return None
    return Section("Cost", [_cost_table(derived.rounds, derived.records.cells, derived.named)])


def _cost_table(rounds: pd.DataFrame, cells: pd.DataFrame, named: Namer) -> Table:
    """Return what each strategy's queries cost."""
    bought = rounds[rounds["round"] > 0]
    good = cells[cells["status"] == "ok"]
    rows = []
    for block in blocks_of(bought):
        own = of_block(good, block)
        for strategy, part in of_block(bought, block).groupby("strategy", sort=True):
            cost = _cost(part, own[own["strategy"] == strategy])
            rows.append((named.block(block), str(strategy), *cost))
    caption = (
        "Medians of a query, a training and a whole cell, and the most memory of a cell. Cells ran "
        "side by side: these are orders of magnitude."
    )
    columns = ("block", "strategy", "query (ms)", "training (ms)", "cell (s)", "memory (MiB)")
    return Table("cost", "Time and memory", caption, columns, tuple(rows), is_folded=True)


def _cost(rounds: pd.DataFrame, cells: pd.DataFrame) -> tuple[str, ...]:
    return (
        f"{1000 * rounds['query_seconds'].median():.1f}",
        f"{1000 * rounds['train_seconds'].median():.0f}",
        f"{cells['seconds'].median():.1f}",
        f"{cells['peak_mb'].max():.0f}",
    )

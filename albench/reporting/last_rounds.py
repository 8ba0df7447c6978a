"""The last round of every cell, and tables of its scores.

Arguments are those of `albench.reporting`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench.analysis.curves import BLOCK
from albench.reporting.content import Table
from albench.reporting.formats import LONGEST, in_order, mean_half_width
from albench.reporting.names import RowsByBlock, by_strategy
from albench.reporting.table_cells import whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from albench.reporting.names import Namer


def last_rounds(rounds: pd.DataFrame) -> pd.DataFrame:
    """Return the last round of every repetition of every strategy, one row per cell."""
    return rounds.loc[rounds.groupby([*BLOCK, "strategy", "repetition"])["round"].idxmax()]


def last_round_table(
    rounds: pd.DataFrame, shown: Mapping[str, str], empty: Table, named: Namer
) -> Table:
    """Return the means of some scores in the last round, one row per block and strategy.

    `shown` has the columns and their headings; `empty` has the table's name, title and caption.
    """
    last = last_rounds(rounds)
    rows = []
    for block, own in RowsByBlock(last).items():
        parts = by_strategy(own)
        for strategy in in_order([*parts]):
            cells = parts[strategy]
            means = [mean_half_width(cells[column]) for column in shown]
            rows.append((named.block(block), strategy, *means, whole(len(cells))))
    columns = ("block", "strategy", *shown.values(), "n")
    is_folded = len(rows) > LONGEST
    return Table(empty.name, empty.title, empty.caption, columns, tuple(rows), is_folded)

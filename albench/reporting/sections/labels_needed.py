"""How many labels strategies need for a share of the score of all labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.analysis.curves import REFERENCE
from albench.analysis.efficiency import TARGET
from albench.metrics.catalogue import LABELS
from albench.reporting import training_tables
from albench.reporting.content import Section, Table, Text
from albench.reporting.formats import grid
from albench.reporting.names import blocks_of, of_block

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from albench.reporting.derived import Derived
    from albench.reporting.names import Block, Namer


def section(derived: Derived) -> Section | None:
    """Return the labels needed, by metric; None without any round."""
    return Section("Labels needed", list(_parts(derived))) if derived.findings else None


def _parts(derived: Derived) -> Iterator[Table | Text]:
    for finding in derived.findings:
        metric, named = finding.metric, derived.named
        left_out = training_tables.goals_left_out(derived.checks, metric, named)
        if left_out is not None:
            yield left_out
        if finding.efficiency["goal"].notna().any():
            yield _labels_table(finding.efficiency, derived.once, metric, named)
        elif left_out is None:
            yield Text((f"No block has a known {LABELS[metric]} of all labels to compare with.",))


def _labels_table(
    efficiency: pd.DataFrame, rounds: pd.DataFrame, metric: str, named: Namer
) -> Table:
    """Return how many labels each strategy needed for 95 % of the all-labels score."""
    priced = efficiency.dropna(subset=["goal", "area"])
    bought = rounds[rounds["strategy"] != REFERENCE]
    cells: dict[tuple[Block, str], str] = {}
    for block in blocks_of(priced):
        most = of_block(bought, block)["n_labelled"].max()
        for strategy, part in of_block(priced, block).groupby("strategy"):
            n = named.of_planned(block, len(part))
            cells[block, str(strategy)] = _median(part["labels"], most) + n
    title = f"Labels for {100 * TARGET:g} % of the all-labels {LABELS[metric]}"
    caption = (
        "Labelled candidates in the first round that reaches the goal, which is of the same "
        "repetition: the median over repetitions, where one that never gets there counts as more "
        "than the budget; behind it how many repetitions got there, where it is some but not all. "
        "Scores are known once a round, so these numbers are coarse."
    )
    return Table(f"labels-{metric}", title, caption, *grid(cells, named))


def _median(labels: pd.Series[float], most: float) -> str:
    median = float(np.median(labels.fillna(np.inf)))
    shown = f"{median:.0f}" if np.isfinite(median) else f"> {most:.0f}"
    n_reached = int(labels.notna().sum())
    return shown if n_reached in {0, len(labels)} else f"{shown}, {n_reached}/{len(labels)}"

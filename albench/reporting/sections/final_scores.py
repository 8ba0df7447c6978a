"""The scores of the last round, and what fusion adds to single modalities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench.metrics.catalogue import COMPARABLE, LABELS
from albench.references import ALL_LABELS, BASELINE
from albench.reporting.content import Section, Table
from albench.reporting.formats import decimals, in_order, mean_deviation
from albench.reporting.last_rounds import last_rounds
from albench.reporting.names import RowsByBlock, by_strategy
from albench.reporting.table_cells import whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from albench.reporting.derived import Derived
    from albench.reporting.names import Namer


def section(derived: Derived) -> Section | None:
    """Return what fusion adds, and all last scores; None without any round."""
    if not derived.findings:
        return None
    last = last_rounds(derived.once)
    metrics = derived.manifest.judging.shown
    fusion = _fusion_table(last, derived.named, metrics)
    final = _final_table(last, derived.named, metrics)
    return Section("Final scores", [final] if fusion is None else [fusion, final])


def _fusion_table(last: pd.DataFrame, named: Namer, metrics: Sequence[str]) -> Table | None:
    """Return fusion beside single modalities, for random and for all labels."""
    blocks = RowsByBlock(last)
    if len({(cohort, model, budget) for cohort, _, model, budget in blocks}) == len(blocks):
        return None
    rows = []
    for block, part in blocks.items():
        means = []
        for strategy in (BASELINE, ALL_LABELS):
            cells = part[part["strategy"] == strategy]
            means += [mean_deviation(cells[metric]) for metric in metrics if metric in cells]
        rows.append((named.block(block), *means))
    columns = (
        "block",
        *(f"random: {LABELS[metric]}" for metric in metrics if metric in last),
        *(f"all labels: {LABELS[metric]}" for metric in metrics if metric in last),
    )
    caption = (
        "Scores of the last round with random's labels, and with all training labels: mean "
        "and standard deviation over repetitions. The subjects are those that have every modality "
        "of the row."
    )
    return Table("fusion", "What fusion adds", caption, columns, tuple(rows))


def _final_table(last: pd.DataFrame, named: Namer, metrics: Sequence[str]) -> Table:
    """Return the scores of the last round of each strategy, and of all labels."""
    rows = []
    shown = [name for name in dict.fromkeys([*COMPARABLE, *metrics]) if name in last]
    for block, own in RowsByBlock(last).items():
        parts = by_strategy(own)
        for strategy in in_order([*parts]):
            cells = parts[strategy]
            means = [mean_deviation(cells[metric]) for metric in shown]
            n_labelled = decimals(cells["n_labelled"].mean(), 0)
            rows.append((named.block(block), strategy, n_labelled, *means, whole(len(cells))))
    title = "Scores of the last round"
    caption = "Mean and standard deviation over n repetitions."
    columns = ("block", "strategy", "labels", *(LABELS[metric] for metric in shown), "n")
    return Table("final", title, caption, columns, tuple(rows), is_folded=True)

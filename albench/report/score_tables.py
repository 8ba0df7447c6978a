"""Tables of labels needed, final scores, fusion and cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.analysis.curves import BASELINE, BLOCK, REFERENCE
from albench.analysis.efficiency import TARGET
from albench.metrics.catalogue import COMPARABLE, LABELS, SHOWN
from albench.report.content import Table
from albench.report.formats import grid, in_order, mean_deviation
from albench.report.names import blocks_of, of_block

if TYPE_CHECKING:
    import pandas as pd

    from albench.report.names import Block, Namer


def labels_table(
    efficiency: pd.DataFrame, rounds: pd.DataFrame, metric: str, named: Namer
) -> Table:
    """Return how many labels each strategy needed for 95 % of the all-labels score.

    Parameters
    ----------
    efficiency : DataFrame
        One row a cell.
    rounds : DataFrame
        One row a cell and round.
    metric : str
        Which one it is of.
    named : Namer
        Names blocks.

    Returns
    -------
    Table
        Medians over the repetitions whose all-labels score is known.
    """
    known = efficiency.dropna(subset=["goal", "area"])
    bought = rounds[rounds["strategy"] != REFERENCE]
    cells: dict[tuple[Block, str], str] = {}
    for block in blocks_of(known):
        most = of_block(bought, block)["n_labelled"].max()
        for strategy, part in of_block(known, block).groupby("strategy"):
            n = named.of_planned(block, len(part))
            cells[block, str(strategy)] = _labels_told(part["labels"], most) + n
    title = f"Labels for {100 * TARGET:g} % of the all-labels {LABELS[metric]}"
    caption = (
        "Labelled candidates in the first round that reaches the goal, which is of the same "
        "repetition: the median over repetitions, where one that never gets there counts as more "
        "than the budget; behind it how many repetitions got there, where it is some but not all. "
        "Scores are known once a round, so these numbers are coarse."
    )
    return Table(f"labels-{metric}", title, caption, *grid(cells, named))


def _labels_told(labels: pd.Series[float], most: float) -> str:
    median = float(np.median(labels.fillna(np.inf)))
    shown = f"{median:.0f}" if np.isfinite(median) else f"> {most:.0f}"
    n_reached = int(labels.notna().sum())
    return shown if n_reached in {0, len(labels)} else f"{shown}, {n_reached}/{len(labels)}"


def final_table(rounds: pd.DataFrame, named: Namer) -> Table:
    """Return the scores of the last round of each strategy, and of all labels.

    Parameters
    ----------
    rounds : DataFrame
        One row a cell and round.
    named : Namer
        Names blocks.

    Returns
    -------
    Table
        Means over repetitions.
    """
    last = _last(rounds)
    rows = []
    for block in blocks_of(last):
        part = of_block(last, block)
        for strategy in in_order(part["strategy"].tolist()):
            cells = part[part["strategy"] == strategy]
            means = [mean_deviation(cells[metric]) for metric in COMPARABLE]
            n_labelled = f"{cells['n_labelled'].mean():.0f}"
            rows.append((named.block(block), strategy, n_labelled, *means, str(len(cells))))
    title = "Scores of the last round"
    caption = "Mean and standard deviation over n repetitions."
    columns = ("block", "strategy", "labels", *(LABELS[metric] for metric in COMPARABLE), "n")
    return Table("final", title, caption, columns, tuple(rows), is_folded=True)


def fusion_table(rounds: pd.DataFrame, named: Namer) -> Table | None:
    """Return single modalities against fusion: the random strategy's end, and all labels' score.

    Parameters
    ----------
    rounds : DataFrame
        One row a cell and round.
    named : Namer
        Names cohorts.

    Returns
    -------
    Table or None
        None if no cohort was run on more than one set of modalities.
    """
    last = _last(rounds)
    blocks = blocks_of(last)
    if len({(cohort, model, budget) for cohort, _, model, budget in blocks}) == len(blocks):
        return None
    rows = []
    for block in blocks:
        part = of_block(last, block)
        told = []
        for strategy in (BASELINE, REFERENCE):
            cells = part[part["strategy"] == strategy]
            told += [mean_deviation(cells[metric]) for metric in SHOWN]
        rows.append((named.block(block), *told))
    columns = (
        "block",
        *(f"random: {LABELS[metric]}" for metric in SHOWN),
        *(f"all labels: {LABELS[metric]}" for metric in SHOWN),
    )
    caption = (
        "Scores of the last round with random's labels, and with all of the training part's: mean "
        "and standard deviation over repetitions. The subjects are those that have every modality "
        "of the row."
    )
    return Table("fusion", "What fusion adds", caption, columns, tuple(rows))


def _last(rounds: pd.DataFrame) -> pd.DataFrame:
    return rounds.loc[rounds.groupby([*BLOCK, "strategy", "repetition"])["round"].idxmax()]


def cost_table(rounds: pd.DataFrame, cells: pd.DataFrame, named: Namer) -> Table:
    """Return what each strategy's queries cost.

    Parameters
    ----------
    rounds : DataFrame
        One row a cell and round.
    cells : DataFrame
        One row a planned cell.
    named : Namer
        Names blocks.

    Returns
    -------
    Table
        Of cells that succeeded.
    """
    bought = rounds[rounds["round"] > 0]
    good = cells[cells["status"] == "ok"]
    rows = []
    for block in blocks_of(bought):
        own = of_block(good, block)
        for strategy, part in of_block(bought, block).groupby("strategy", sort=True):
            told = _cost(part, own[own["strategy"] == strategy])
            rows.append((named.block(block), str(strategy), *told))
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

"""Tables of areas under the curve, and of their differences to random's.

Arguments are those of `albench.reporting`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from albench.analysis.curves import BLOCK
from albench.analysis.verdicts import Verdict
from albench.metrics.catalogue import LABELS
from albench.reporting.content import Table
from albench.reporting.formats import (
    ALL_ENDS,
    decimals,
    grid,
    mean_half_width,
    p_value,
    repetitions,
    share,
    signed,
    span,
)
from albench.reporting.names import RowsByBlock, block_of
from albench.reporting.table_cells import TableCell, whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from albench.records.schema import BlockKey
    from albench.reporting.names import Namer

MARKS = {"better": " ▲", "worse": " ▼", "equal": " ="}
COMPARED = (
    *("difference", "95 % interval", "95 %, all at once", "w-t-l"),
    *("p (t)", "p (Holm)", "p (Wilcoxon)", "equal within", "p (equal)"),
    *("worse / equal / better", "verdict", "more repetitions"),
)
ON_VERDICTS = (
    "“Equal” means that two one-sided t-tests, corrected likewise (p (equal)), show the absolute "
    "difference to be smaller than “equal within”. Worse / equal / better are the probabilities "
    "of the Bayesian signed-rank test, a second opinion with no effect on verdicts. More "
    "repetitions: how many would decide an undecided comparison at a power of 80 %, if the "
    "measured difference and spread are the true ones. Verdicts go by p (Holm), which may be under "
    "0.05 where the wider interval for all at once still holds 0."
)
"""What captions say of the columns that tables of comparisons end with."""


def area_table(
    efficiency: pd.DataFrame, comparison: pd.DataFrame, metric: str, named: Namer
) -> Table:
    """Return the main table: the mean score over the labels bought, by block and strategy.

    The largest of a block's competitors is bold, what is separable from random marked. Where some
    blocks compare strategies, those that only have the baseline are left out.
    """
    cells: dict[tuple[BlockKey, str], str] = {}
    n_strategies = efficiency.dropna(subset="area").groupby(list(BLOCK))["strategy"].nunique()
    compared = RowsByBlock(comparison)
    for block, own in RowsByBlock(efficiency).items():
        if n_strategies.get(block, 0) < 2 <= n_strategies.max():
            continue
        verdicts = compared[block].set_index("strategy")["verdict"].to_dict()
        areas = own.dropna(subset="area").groupby("strategy")["area"]
        outside = [name for name, one in verdicts.items() if one == Verdict.OUTSIDE]
        best = areas.mean().drop(outside, errors="ignore").max()
        for strategy, values in areas:
            is_best = strategy not in outside and np.isclose(values.mean(), best, rtol=0, atol=1e-9)
            area = mean_half_width(values)
            mean, *half = area.split(" ")
            shown = " ".join([f"**{mean}**" if is_best else mean, *half])
            verdict = str(verdicts.get(strategy, ""))
            shown += MARKS.get(verdict, "") + named.of_planned(block, len(values))
            cells[block, str(strategy)] = area.shown_as(shown, verdict=verdict)
    title = f"{LABELS[metric]} over the labels bought"
    caption = (
        "The area under the learning curve divided by its width: mean over repetitions ± half its "
        "95 % interval; where some are missing, how many there are. Strategies share splits, so "
        "their differences are more precise than these. A block is a cohort with a set of "
        "modalities, a model and a budget. **Bold:** the largest of its competitors. ▲ better and "
        "▼ worse than random after correction, = practically equal to it; no mark: undecided, "
        "fewer than six repetitions, or not a competitor. Each interval is for one strategy: that "
        "of the largest of many covers the truth too rarely; the table of differences has "
        "simultaneous intervals."
    )
    means = comparison.groupby("strategy")["difference"].mean()
    ranked = means.sort_values(ascending=False, kind="stable").index.tolist()
    empty = Table(f"area-{metric}", f"Mean {title}", caption, (), ())
    return grid(empty, cells, named, ranked)


def comparison_table(
    efficiency: pd.DataFrame, comparison: pd.DataFrame, metric: str, named: Namer
) -> Table:
    """Return each strategy's paired difference to random, with intervals, p values and verdicts."""
    areas = {key: part["area"] for key, part in efficiency.groupby([*BLOCK, "strategy"])}
    rows = []
    downward = [True] * len(BLOCK) + [False]
    ranked = comparison.sort_values([*BLOCK, "difference"], ascending=downward, kind="stable")
    for row in ranked.to_dict("records"):
        block = block_of(row)
        area = mean_half_width(areas[*block, row["strategy"]])
        rows.append((named.block(block), row["strategy"], area, *comparison_cells(row)))
    title = f"Difference to random in the mean {LABELS[metric]} over the labels bought"
    caption = (
        "Area with the half width of its own 95 % interval; then, paired by repetition, the "
        "difference to random's with its own 95 % interval (Student's t) and a simultaneous one "
        "that holds for all judged rows (Šidák), repetitions won-tied-lost and those "
        "without a partner, p of the paired t-test, the same corrected by Holm "
        f"{family(comparison)}, and p of the exact two-sided Wilcoxon test, to compare. "
        f"{ON_VERDICTS}"
    )
    columns = ("block", "strategy", "area", *COMPARED)
    return Table(f"against-random-{metric}", title, caption, columns, tuple(rows), is_folded=True)


def overall_table(overall: pd.DataFrame, metric: str, named: Namer) -> Table:
    """Return each strategy's mean difference to random over all blocks, the largest first."""
    rows = tuple(
        (row["strategy"], whole(row["n_blocks"]), *comparison_cells(row))
        for row in overall.sort_values("difference", ascending=False, kind="stable").to_dict(
            "records"
        )
    )
    title = f"The same difference in {LABELS[metric]}, averaged over blocks, on these cohorts"
    caption = (
        f"There are {named.compared_blocks}; a strategy's blocks are averaged within a repetition, "
        f"which counts only if it has all of them. Corrected by Holm {family(overall)}. This "
        "is about these cohorts (the repetition is the unit), not about cohorts like these. "
        f"{ON_VERDICTS}"
    )
    columns = ("strategy", "blocks", *COMPARED)
    return Table(f"overall-{metric}", title, caption, columns, rows)


def family(compared: pd.DataFrame) -> str:
    """Return the rows over which a table is corrected."""
    n = int(compared["p_holm"].notna().sum())
    if n == len(compared):
        return f"over the {n} rows of this table"
    return f"over those {n} rows of this table that have a verdict on a competitor"


def comparison_cells(row: Mapping[Any, Any]) -> tuple[str, ...]:  # a row of a comparison
    """Return the cells of the columns `COMPARED`."""
    counts = {name: int(row[name]) for name in ("wins", "ties", "losses")}
    missing = f" ({row['n_missing']} unpaired)" if row["n_missing"] else ""
    won = f"{'-'.join(map(str, counts.values()))}{missing}"
    odds = {name: float(row[name]) for name in ("p_worse", "p_within", "p_better")}
    return (
        signed(row["difference"]),
        span(row["low"], row["high"]),
        span(row["all_low"], row["all_high"], names=ALL_ENDS),
        TableCell(won, {**counts, "unpaired": int(row["n_missing"])}),
        p_value(row["p"]),
        p_value(row["p_holm"]),
        p_value(row["p_wilcoxon"]),
        decimals(row["margin"], 3),
        p_value(row["p_equal"]),
        TableCell(" / ".join(map(share, odds.values())), odds),
        str(row["verdict"]),
        repetitions(row["more"]),
    )

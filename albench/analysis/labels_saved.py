"""Labels that strategies need for a goal, where some never reach it within the budget.

Arguments are those of `albench.analysis`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from albench.analysis.comparison import by_block, compare_by_unit
from albench.analysis.curves import BLOCK, CONFIDENCE
from albench.analysis.efficiency import TARGET, cell_efficiency
from albench.analysis.score_cube import cube
from albench.analysis.significance import FEWEST_PAIRS
from albench.references import BASELINE

if TYPE_CHECKING:
    from collections.abc import Collection

    import pandas as pd
    from numpy.typing import NDArray

    from albench.records.schema import BlockKey


INFINITE = float("inf")
GOALS = (0.8, 0.9, TARGET, 0.99)
"""Shares of the all-labels score, to see whether what is saved depends on the goal."""


def within_budget(efficiency: pd.DataFrame, rounds: pd.DataFrame) -> pd.DataFrame:
    """Return the cells that have a goal, with the labels that they needed within the budget.

    New columns are `end`, the labels to which all curves of the block lead, and `needed`: the
    labels of the first round at the goal, or `end` where that is later or never. One that never
    reaches the goal is censored there; the mean of `needed` is the restricted mean (Royston and
    Parmar 2013).

    References
    ----------
    Royston, P. and Parmar, M. K. B. (2013). Restricted mean survival time: an alternative to the
    hazard ratio for the design and analysis of randomized trials with a time-to-event outcome. BMC
    Medical Research Methodology 13, 152.
    """
    last = rounds.groupby("cell")["n_labelled"].max()
    priced = efficiency.dropna(subset=["goal", "area"])
    ends = priced.assign(end=priced["cell"].map(last))
    ends["end"] = ends.groupby(BLOCK)["end"].transform("min")
    return ends.assign(needed=ends["labels"].fillna(INFINITE).clip(upper=ends["end"]))


def labels_saved(priced: pd.DataFrame, outside: Collection[str] = ()) -> pd.DataFrame:
    """Return the labels that each strategy saves against random in each block.

    `priced` is the result of `within_budget`. What is returned is what `comparison.by_block` gives
    for random's labels minus the strategy's, restricted to the budget and paired by repetition; all
    rows are one family.
    """
    # What is compared is to be larger where it is better.
    scores = cube(priced.assign(unspent=-priced["needed"]), "unspent")
    pairs = [(name, BASELINE) for name in scores.strategies if name != BASELINE]
    return by_block(scores, pairs, outside)


def saved_by_goal(
    rounds: pd.DataFrame,
    metric: str,
    left_out: Collection[BlockKey],
    outside: Collection[str] = (),
) -> pd.DataFrame:
    """Return the share of the budget that each strategy saves against random, goal by goal.

    `left_out` are blocks in which a share of the all-labels score is no goal, or labels do not
    help. There is one row per goal of `GOALS` (in the column `other`) and strategy, which all make
    up one family: what `comparison.compare_by_unit` gives for random's share minus the strategy's,
    averaged over the blocks that both have. A cell that never reaches a goal counts with the whole
    budget (the restricted mean), and is counted in `reached` and `n_cells`, which say how many of
    the strategy's cells reach it.
    """
    keys = rounds[BLOCK].itertuples(index=False, name=None)
    kept = rounds[[key not in left_out for key in keys]]
    pairs, gaps, counts = [], [], []
    for goal in GOALS:
        priced = within_budget(cell_efficiency(kept, metric, goal), kept)
        is_reached = priced["labels"] <= priced["end"]
        scores = cube(priced.assign(unspent=1 - priced["needed"] / priced["end"]), "unspent")
        for name in scores.strategies:
            is_shared = scores.blocks_of(name) & scores.blocks_of(BASELINE)
            if name == BASELINE or not is_shared.any():
                continue
            values = scores.of((name, BASELINE))[is_shared]
            n_seen = int(np.isfinite(values).any(axis=(0, 2)).sum())
            pairs.append((name, f"{100 * goal:g} %"))
            gaps.append(((values[..., 0] - values[..., 1]).mean(axis=0), n_seen))
            own = is_reached[priced["strategy"] == name]
            counts.append((int(own.sum()), len(own)))
    unknown = np.full(len(pairs), np.nan)
    table = compare_by_unit(pairs, gaps, unknown, outside, FEWEST_PAIRS)
    reached, n_cells = np.array(counts).reshape(-1, 2).T
    return table.assign(reached=reached, n_cells=n_cells)


def median_interval(labels: NDArray[np.float64]) -> tuple[float, float, float]:
    """Return the median of censored numbers with its 95 % interval.

    Parameters
    ----------
    labels : ndarray of float, shape (n,)
        Labels needed; infinite where the goal is not reached within the budget.

    Returns
    -------
    median, low, high : float
        Infinite where it lies beyond the budget. The interval is between two of the numbers, by the
        sign test: exact whatever their distribution, and right under censoring at the end. NaN for
        fewer than six, of which even the extremes cover the median in less than 95 %.
    """
    ordered = np.sort(labels)
    n = len(ordered)
    median = float(np.median(ordered)) if n else float("nan")
    # The k-th smallest and largest enclose the median unless fewer than k fall on one side.
    k = int(stats.binom.ppf((1 - CONFIDENCE) / 2, n, 0.5)) if n else 0
    if not k:
        return median, float("nan"), float("nan")
    return median, float(ordered[k - 1]), float(ordered[n - k])

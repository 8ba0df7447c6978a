"""Where on the budget strategies gain: in its thirds, and where their curves cross random's.

Arguments are those of `albench.analysis`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from albench.analysis.comparison import compare_by_unit
from albench.analysis.curves import BLOCK, CELL, cell_curves, differences_to_random, places
from albench.analysis.paired import paired
from albench.analysis.score_cube import cube
from albench.analysis.significance import ALPHA, FEWEST_PAIRS, holm
from albench.references import ALL_LABELS, BASELINE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from numpy.typing import NDArray

THIRDS = ("low", "middle", "high")


@dataclass(frozen=True)
class Crossing:
    """A strategy that is significantly worse than random with some labels and better with others.

    Parameters
    ----------
    block : tuple of str
        Cohort, modalities, model and budget.
    strategy : str
        Its name.
    worse, better : tuple of float
        The labels, by rounds, at which it significantly is.
    """

    block: tuple[str, str, str, str]
    strategy: str
    worse: tuple[float, ...]
    better: tuple[float, ...]


def third_areas(rounds: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Return the mean height of each cell's curve over each third of the labels bought.

    There is one row per cell that bought labels, without the reference: low, middle and high, by
    trapezoids between rounds; a third that ends between two rounds is cut there. The thirds of a
    cell span from its first labels to its last.
    """
    curves = rounds[rounds["strategy"] != ALL_LABELS]
    rows = []
    for key, (n_labelled, heights) in cell_curves(curves, ["n_labelled", metric]):
        if n_labelled[-1] > n_labelled[0]:
            edges = np.linspace(n_labelled[0], n_labelled[-1], len(THIRDS) + 1)
            means = [_mean_between(n_labelled, heights, *edges[i : i + 2]) for i in range(3)]
            rows.append((*key, *means))
    return pd.DataFrame(rows, columns=[*CELL, *THIRDS])


def by_third(
    areas: pd.DataFrame,
    outside: Collection[str] = (),
    margins: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Return each strategy's difference to random in each third, averaged over blocks.

    `areas` is the result of `third_areas`. There is one row per strategy and third (in the column
    `other`), on these cohorts: the repetition is the unit, and counts if the strategy and random
    have all blocks that both have in any. All rows are one family.
    """
    margin_of = margins or {}
    pairs, gaps, widths = [], [], []
    for third in THIRDS:
        scores = cube(areas, third)
        for name in scores.strategies:
            is_shared = scores.blocks_of(name) & scores.blocks_of(BASELINE)
            if name == BASELINE or not is_shared.any():
                continue
            values = scores.of((name, BASELINE))[is_shared]
            n_seen = int(np.isfinite(values).any(axis=(0, 2)).sum())
            pairs.append((name, third))
            gaps.append(((values[..., 0] - values[..., 1]).mean(axis=0), n_seen))
            cohorts = [scores.cohorts[i] for i in np.flatnonzero(is_shared)]
            widths.append(np.mean([margin_of.get(cohort, np.nan) for cohort in cohorts]))
    return compare_by_unit(pairs, gaps, np.array(widths), outside, FEWEST_PAIRS)


def crossings(rounds: pd.DataFrame, metric: str) -> Iterator[Crossing]:
    """Yield the strategies whose curves significantly cross random's.

    They do where paired t-tests, corrected by Holm over the rounds of one strategy in one block,
    find it better in one round and worse in another, each with six repetitions or more.
    """
    gaps = differences_to_random(rounds[rounds["round"] > 0], metric)
    if gaps.empty:
        return
    keys = [*BLOCK, "strategy"]
    # A pivot table would average two values of one cell in silence.
    table = gaps.set_index([*keys, "round", "repetition"])[metric].unstack("repetition")  # noqa: PD010
    sums = paired(table.to_numpy(dtype=float).round(12))
    p_values = np.where(sums.n >= FEWEST_PAIRS, sums.p, np.nan)
    n_labelled = gaps.groupby([*keys, "round"])["n_labelled"].mean().to_numpy(dtype=float)
    for key, own in places(table.reset_index(), keys).items():
        p, mean, labels = holm(p_values[own]), sums.mean[own], n_labelled[own]
        worse, better = labels[(p < ALPHA) & (mean < 0)], labels[(p < ALPHA) & (mean > 0)]
        if len(worse) and len(better):
            cohort, modalities, model, budget, strategy = map(str, key)
            block = (cohort, modalities, model, budget)
            yield Crossing(block, strategy, tuple(worse.tolist()), tuple(better.tolist()))


def _mean_between(
    n_labelled: NDArray[np.float64], heights: NDArray[np.float64], low: float, high: float
) -> float:
    inside = (n_labelled > low) & (n_labelled < high)
    at = np.concatenate([[low], n_labelled[inside], [high]])
    return float(np.trapezoid(np.interp(at, n_labelled, heights), at) / (high - low))

"""Blocks that more labels do not help, in which no strategy can save any.

Arguments are those of `albench.analysis`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from albench.analysis.curves import BLOCK, of_buying_blocks
from albench.analysis.paired import paired
from albench.analysis.significance import ALPHA, FEWEST_PAIRS
from albench.references import BASELINE

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Flat:
    """A block in which random's curve is flat within noise.

    Parameters
    ----------
    block : tuple of str
        Cohort, modalities, model and budget.
    rise, low, high : float
        Random's last score minus its first, mean over repetitions, and its 95 % interval.
    """

    block: tuple[str, str, str, str]
    rise: float
    low: float
    high: float


def flat_blocks(rounds: pd.DataFrame, metric: str) -> list[Flat]:
    """Return the blocks in which random's curve does not significantly rise.

    They are those with six repetitions of random or more, in which a paired t-test of its last
    score against its first does not reject at 5 %, or finds a fall. Of the metric more is better.
    The first score is all strategies' own, so that it is not known from here which strategies win.
    """
    bought = of_buying_blocks(rounds)
    curves = bought[bought["strategy"] == BASELINE].sort_values("round")
    flat = []
    for key, part in curves.groupby(BLOCK, sort=True):
        ends = part.groupby("repetition")[metric].agg(["first", "last"])
        sums = paired((ends["last"] - ends["first"]).to_numpy(dtype=float).round(12))
        if sums.n >= FEWEST_PAIRS and not (sums.p < ALPHA and sums.mean > 0):
            half = float(np.nan_to_num(sums.half_width))
            cohort, modalities, model, budget = map(str, key)
            mean = float(sums.mean)
            block = (cohort, modalities, model, budget)
            flat.append(Flat(block, mean, mean - half, mean + half))
    return flat

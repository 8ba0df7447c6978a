"""Comparisons of a run that adds repetitions until they are decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from albench.analysis.anytime import follow
from albench.analysis.comparison import PAIR, ROUNDED
from albench.analysis.curves import BLOCK
from albench.analysis.score_cube import cube
from albench.analysis.significance import ALPHA

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Pair = tuple[str, str]

COLUMNS = [
    *BLOCK,
    *PAIR,
    *("n_pairs", "difference", "all_low", "all_high", "margin", "verdict", "n_decided"),
]


def followed(
    efficiency: pd.DataFrame,
    pairs: Sequence[Pair],
    n_comparisons: int,
    margins: Mapping[str, float],
    value: str = "area",
) -> pd.DataFrame:
    """Return the comparisons of pairs in each block, with intervals that hold at every look.

    Parameters
    ----------
    efficiency : DataFrame
        One row per cell: what `efficiency.cell_efficiency` gave.
    pairs : sequence of (str, str)
        A strategy, and the other that is subtracted.
    n_comparisons : int
        How many comparisons the run is about: pairs times the blocks that have both. Each takes an
        equal part of the 5 % (Bonferroni), whichever of them are in the table.
    margins : mapping of str to float
        By cohort, the difference under which scores are equal for practical purposes.
    value : str
        The column that is compared; larger is better.

    Returns
    -------
    DataFrame
        One row per block and pair that both have cells in, with the columns `COLUMNS`, of which
        those after the pair are as in `anytime.Followed`.
    """
    scores = cube(efficiency, value)
    keys, gaps = [], []
    for pair in pairs:
        is_shared = scores.blocks_of(pair[0]) & scores.blocks_of(pair[1])
        values = scores.of(pair)
        for i in np.flatnonzero(is_shared):
            keys.append((*scores.blocks[i], *pair))
            gaps.append((values[i, :, 0] - values[i, :, 1]).round(ROUNDED))
    if not keys:
        return pd.DataFrame(columns=COLUMNS)
    width = np.array([margins.get(key[0], np.nan) for key in keys])
    seen = follow(np.stack(gaps), width, ALPHA / max(n_comparisons, 1))
    rows = pd.DataFrame(keys, columns=[*BLOCK, *PAIR])
    measured = {"n_pairs": seen.n, "difference": seen.mean, "all_low": seen.low}
    judged = {"all_high": seen.high, "margin": width, "verdict": seen.verdict}
    return rows.assign(**measured, **judged, n_decided=seen.n_decided)

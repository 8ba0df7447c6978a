"""Ranks of strategies over cohorts, behind Friedman's gate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from albench.analysis.cohorts_like_these import FEWEST_COHORTS
from albench.analysis.comparison import side_by_side
from albench.analysis.curves import BLOCK
from albench.analysis.significance import ALPHA

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Ranking:
    """Mean ranks, 1 is best.

    Parameters
    ----------
    ranks : mapping of str to float
        By strategy, best first; none under five cohorts.
    n_cohorts : int
        Those that have a complete block.
    n_left_out : int
        The (block, repetition) pairs that some strategy lacks: they count nowhere.
    p : float
        Friedman's; NaN where there is too little to test.
    critical_difference : float or None
        Nemenyi's, at 0.05; None unless Friedman rejects.
    """

    ranks: dict[str, float]
    n_cohorts: int
    n_left_out: int
    p: float
    critical_difference: float | None


def rank(efficiency: pd.DataFrame, value: str = "area") -> Ranking:
    """Return the mean ranks of strategies over complete problems.

    Parameters
    ----------
    efficiency : DataFrame
        One row per cell: what `efficiency.cell_efficiency` gave.
    value : str
        The column that is ranked; larger is better.

    Returns
    -------
    Ranking
        Repetitions of one block are averaged first, and then the blocks of one cohort: they
        share subjects, and what a strategy gains on one it gains on the others. A test over
        blocks would take chance of three cohorts for nine times the same (Demšar 2006 asks for
        independent data sets).
    """
    table = side_by_side(efficiency, [*BLOCK, "repetition"], value)
    complete = table.dropna()
    # Rounded, so that what floating point leaves of equal areas breaks no tie.
    blocks = complete.groupby(level=BLOCK).mean()
    means = blocks.groupby(level="cohort").mean().round(12)
    if len(means) < FEWEST_COHORTS:
        return Ranking({}, len(means), len(table) - len(complete), float("nan"), None)
    ranks = means.rank(axis=1, ascending=False).mean().dropna()
    p = _friedman(means)
    return Ranking(
        ranks={str(name): float(value) for name, value in ranks.sort_values(kind="stable").items()},
        n_cohorts=len(means),
        n_left_out=len(table) - len(complete),
        p=p,
        critical_difference=_nemenyi(*means.shape) if p < ALPHA else None,
    )


def _friedman(means: pd.DataFrame) -> float:
    if means.shape[1] < 3:  # Friedman's test needs as many strategies
        return float("nan")
    if np.ptp(means.to_numpy(), axis=1).max() == 0:
        return 1.0  # all equal: scipy would divide nothing by nothing
    return float(stats.friedmanchisquare(*(means[name] for name in means.columns)).pvalue)


def _nemenyi(n_cohorts: int, n_strategies: int) -> float:
    q = stats.studentized_range.ppf(1 - ALPHA, n_strategies, np.inf) / np.sqrt(2)
    return float(q * np.sqrt(n_strategies * (n_strategies + 1) / (6 * n_cohorts)))

"""Ranks of strategies over blocks and repetitions, behind Friedman's gate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from albench.analysis.comparison import ALPHA
from albench.analysis.curves import BLOCK

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Ranking:
    """Mean ranks, 1 is best.

    Parameters
    ----------
    ranks : mapping of str to float
        By strategy.
    n_problems : int
        The (block, repetition) pairs that every strategy has.
    n_left_out : int
        Those that some strategy lacks.
    p : float
        Friedman's; NaN where there is too little to test.
    critical_difference : float or None
        Nemenyi's, at 0.05; None unless Friedman rejects.
    """

    ranks: dict[str, float]
    n_problems: int
    n_left_out: int
    p: float
    critical_difference: float | None


def rank(efficiency: pd.DataFrame, value: str = "area") -> Ranking:
    """Return the mean ranks of strategies over complete problems.

    Parameters
    ----------
    efficiency : DataFrame
        One row a cell: what `efficiency.cell_efficiency` gave.
    value : str
        The column that is ranked; larger is better.

    Returns
    -------
    Ranking
        Repetitions of one block are averaged first: they are not independent problems.
    """
    table = efficiency.pivot_table(index=[*BLOCK, "repetition"], columns="strategy", values=value)
    complete = table.dropna()
    means = complete.groupby(level=list(range(len(BLOCK)))).mean()
    ranks = means.rank(axis=1, ascending=False).mean() if len(means) else means.mean()
    p = _friedman(means)
    rejects = bool(p < ALPHA)
    return Ranking(
        ranks={str(name): float(value) for name, value in ranks.sort_values().items()},
        n_problems=len(complete),
        n_left_out=len(table) - len(complete),
        p=p,
        critical_difference=_nemenyi(*means.shape) if rejects else None,
    )


def _friedman(means: pd.DataFrame) -> float:
    n_blocks, n_strategies = means.shape
    if n_blocks < 2 or n_strategies < 3:  # Friedman's test needs as many
        return float("nan")
    if np.ptp(means.to_numpy(), axis=1).max() == 0:
        return 1.0  # all equal: scipy would divide nothing by nothing
    return float(stats.friedmanchisquare(*(means[name] for name in means.columns)).pvalue)


def _nemenyi(n_blocks: int, n_strategies: int) -> float:
    q = stats.studentized_range.ppf(1 - ALPHA, n_strategies, np.inf) / np.sqrt(2)
    return float(q * np.sqrt(n_strategies * (n_strategies + 1) / (6 * n_blocks)))

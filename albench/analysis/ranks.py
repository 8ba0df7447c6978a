"""Mean ranks of strategies over cohorts, with intervals, and which cannot be distinguished."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from albench.analysis.cohorts_like_these import FEWEST_COHORTS
from albench.analysis.rank_bootstrap import (
    N_RESAMPLES,
    CohortScores,
    interval_on_like,
    interval_on_these,
    mean_ranks,
)
from albench.analysis.score_cube import cube
from albench.analysis.significance import ALPHA

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from albench.analysis.score_cube import ScoreCube

    Intervals = Mapping[str, NDArray[np.float64]]


@dataclass(frozen=True, eq=False)
class Ranking:
    """Mean ranks, 1 is best.

    Parameters
    ----------
    table : DataFrame
        One row per strategy, best first: strategy; rank, the mean over cohorts; low and high, its
        95 % interval on these cohorts (repetitions are drawn again); like_low and like_high, its
        interval on cohorts like these (cohorts are drawn again, then repetitions), NaN under five
        cohorts. Empty without a complete block.
    n_cohorts : int
        Those that have a complete block.
    n_left_out : int
        The (block, repetition) pairs that some strategy lacks: they count nowhere.
    p : float
        Friedman's, over cohorts; NaN under five, or where there is too little to test.
    critical_difference : float or None
        Nemenyi's, at 0.05; None unless Friedman rejects.
    without : tuple of str
        The cohorts that have results, but no complete block.
    """

    table: pd.DataFrame
    n_cohorts: int
    n_left_out: int
    p: float
    critical_difference: float | None
    without: tuple[str, ...] = ()

    @property
    def groups(self) -> list[tuple[str, ...]]:
        """Groups of neighbours that Nemenyi's test cannot distinguish, each as large as it can be.

        All strategies unless Friedman's test rejects; none without a test.
        """
        names = tuple(self.table["strategy"])
        if np.isnan(self.p):
            return []
        if self.critical_difference is None:
            return [names]
        runs = close_runs(self.table["rank"].to_numpy(), self.critical_difference)
        return [names[start:stop] for start, stop in runs]


def rank(efficiency: pd.DataFrame, value: str = "area", n_resamples: int = N_RESAMPLES) -> Ranking:
    """Return the mean ranks of strategies over complete problems.

    Parameters
    ----------
    efficiency : DataFrame
        One row per cell: what `efficiency.cell_efficiency` gave.
    value : str
        The column that is ranked; larger is better.
    n_resamples : int
        How often cohorts and repetitions are drawn again for the intervals.

    Returns
    -------
    Ranking
        Repetitions of one block are averaged first, and then the blocks of one cohort: they
        share subjects, and what a strategy gains on one it gains on the others. A test over
        blocks would take chance of three cohorts for nine times the same (Demšar 2006 asks for
        independent data sets).
    """
    scores = cube(efficiency, value)
    is_known = np.isfinite(scores.values)
    is_complete, has_any = np.asarray(is_known.all(axis=2)), np.asarray(is_known.any(axis=2))
    n_left_out = int((has_any & ~is_complete).sum())
    cohorts = _complete(scores, is_complete)
    if not cohorts or not scores.strategies:
        return Ranking(_table((), np.empty(0), {}), 0, n_left_out, float("nan"), None)
    means = np.stack([cohort.means() for cohort in cohorts])
    whole, there = (
        _cohorts(scores, np.asarray(of_block.any(axis=1))) for of_block in (is_complete, has_any)
    )
    p = friedman(means) if len(cohorts) >= FEWEST_COHORTS else float("nan")
    return Ranking(
        table=_table(scores.strategies, mean_ranks(cohorts), _intervals(cohorts, n_resamples)),
        n_cohorts=len(cohorts),
        n_left_out=n_left_out,
        p=p,
        critical_difference=nemenyi(*means.shape) if p < ALPHA else None,
        without=tuple(sorted(there - whole)),
    )


def friedman(means: NDArray[np.float64]) -> float:
    """Return the p value of Friedman's test.

    Parameters
    ----------
    means : ndarray of float, shape (n_cohorts, n_strategies)
        Scores.

    Returns
    -------
    float
        NaN for fewer than three strategies.
    """
    if means.shape[1] < 3:  # Friedman's test needs as many strategies
        return float("nan")
    if np.ptp(means, axis=1).max() == 0:
        return 1.0  # all equal: scipy would divide nothing by nothing
    return float(stats.friedmanchisquare(*means.T).pvalue)


def nemenyi(n_cohorts: int, n_strategies: int, level: float = ALPHA) -> float:
    """Return Nemenyi's critical difference of mean ranks (Demšar 2006, section 3.2.2).

    Parameters
    ----------
    n_cohorts : int
        Independent data sets.
    n_strategies : int
        Two at least.
    level : float
        Of all comparisons together.

    Returns
    -------
    float
        Mean ranks that differ by less are not told apart.

    References
    ----------
    Demšar, J. (2006). Statistical comparisons of classifiers over multiple data sets. JMLR 7, 1-30.
    """
    q = stats.studentized_range.ppf(1 - level, n_strategies, np.inf) / np.sqrt(2)
    return float(q * np.sqrt(n_strategies * (n_strategies + 1) / (6 * n_cohorts)))


def close_runs(ranks: NDArray[np.float64], difference: float) -> list[tuple[int, int]]:
    """Return the longest runs of neighbours whose ends differ by less than a difference.

    Parameters
    ----------
    ranks : ndarray of float, shape (n,)
        Rising.
    difference : float
        The critical one.

    Returns
    -------
    list of (int, int)
        First and one past the last of each run of two or more; none is part of another.
    """
    runs: list[tuple[int, int]] = []
    for start, lowest in enumerate(ranks):
        stop = int(np.searchsorted(ranks, lowest + difference, side="left"))
        if stop - start > 1 and (not runs or stop > runs[-1][1]):
            runs.append((start, stop))
    return runs


def _cohorts(scores: ScoreCube, is_chosen: NDArray[np.bool_]) -> set[str]:
    return {scores.cohorts[i] for i in np.flatnonzero(is_chosen)}


def _complete(scores: ScoreCube, is_complete: NDArray[np.bool_]) -> list[CohortScores]:
    """Return the scores of each cohort that has a complete block."""
    cohorts = []
    for name in sorted(set(scores.cohorts)):
        own = [i for i, c in enumerate(scores.cohorts) if c == name and is_complete[i].any()]
        if own:
            values = scores.of(scores.strategies)[own]
            cohorts.append(CohortScores(values, is_complete[own]))
    return cohorts


def _intervals(cohorts: Sequence[CohortScores], n_resamples: int) -> Intervals:
    """Return low, high, like_low and like_high by these names."""
    low, high = interval_on_these(cohorts, n_resamples)
    like = np.full((2, len(low)), np.nan)
    if len(cohorts) >= FEWEST_COHORTS:
        like = interval_on_like(cohorts, n_resamples)
    return {"low": low, "high": high, "like_low": like[0], "like_high": like[1]}


def _table(strategies: Sequence[str], ranks: NDArray[np.float64], ends: Intervals) -> pd.DataFrame:
    table = pd.DataFrame({"strategy": list(strategies), "rank": ranks, **ends})
    return table.sort_values("rank", kind="stable").reset_index(drop=True)

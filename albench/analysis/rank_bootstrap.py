"""Bootstrap intervals of mean ranks: over repetitions, and over cohorts and their repetitions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from albench.analysis.curves import CONFIDENCE
from albench.analysis.resampling import resample_counts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

SEED = 20060101
N_RESAMPLES = 2000


@dataclass(frozen=True, eq=False)
class CohortScores:
    """The scores of one cohort.

    Parameters
    ----------
    values : ndarray of float, shape (n_blocks, n_repetitions, n_strategies)
        Scores.
    is_complete : ndarray of bool, shape (n_blocks, n_repetitions)
        Where all strategies have one; each block has a repetition.
    """

    values: NDArray[np.float64]
    is_complete: NDArray[np.bool_]

    @property
    def repetitions(self) -> NDArray[np.intp]:
        """Those that some block has complete."""
        chosen: NDArray[np.intp] = np.flatnonzero(np.asarray(self.is_complete.any(axis=0)))
        return chosen

    def means(self) -> NDArray[np.float64]:
        """Return each strategy's mean over repetitions, then blocks, shape (n_strategies,)."""
        once = np.ones((1, len(self.repetitions)))
        means: NDArray[np.float64] = self.weighted_means(once)[0]
        return means

    def weighted_means(self, counts: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the same of resamples.

        Parameters
        ----------
        counts : ndarray of float, shape (n_resamples, n_repetitions)
            How often each of `repetitions` is drawn: for all blocks alike, which share its split.

        Returns
        -------
        ndarray of float, shape (n_resamples, n_strategies)
            A block that has none of the repetitions drawn is left out of a resample.
        """
        chosen = self.repetitions
        is_scored = self.is_complete[:, chosen].astype(float)  # (n_blocks, n_repetitions)
        values = np.where(is_scored[:, :, None] > 0, self.values[:, chosen], 0.0)
        n = counts @ is_scored.T  # (n_resamples, n_blocks)
        sums = np.einsum("kr,brs->kbs", counts, values, optimize=True)
        means = sums / np.maximum(n, 1)[:, :, None]
        is_there = (n > 0).astype(float)
        over_blocks = np.einsum("kb,kbs->ks", is_there, means) / is_there.sum(axis=1)[:, None]
        # Rounded, so that what floating point leaves of equal areas breaks no tie.
        return np.asarray(over_blocks.round(12))


def interval_on_these(
    cohorts: Sequence[CohortScores], n_resamples: int = N_RESAMPLES
) -> NDArray[np.float64]:
    """Return the 95 % interval of each strategy's mean rank on these cohorts.

    Parameters
    ----------
    cohorts : sequence of CohortScores
        One or more. Their repetitions are drawn again.
    n_resamples : int
        How many.

    Returns
    -------
    ndarray of float, shape (2, n_strategies)
        Low and high, which enclose the mean rank; NaN for fewer than two repetitions.

    Notes
    -----
    Percentiles, expanded for few repetitions as Hesterberg (2015) does: as far out as Student's t
    times the square root of n by n - 1 is on a normal distribution. Ranks of resamples are noisier
    than ranks and lie nearer to the middle; where strategies are alike, their standard error is too
    small by a quarter, so that the interval must follow them.

    References
    ----------
    Hesterberg, T. C. (2015). What teachers should know about the bootstrap. The American
    Statistician 69, 371-386.
    """
    n_units = min(len(cohort.repetitions) for cohort in cohorts)
    if n_units < 2:
        return np.full((2, cohorts[0].values.shape[2]), np.nan)
    ranks = _resampled(cohorts, np.random.default_rng(SEED), n_resamples, with_cohorts=False)
    tail = stats.norm.sf(_critical(n_units) * np.sqrt(n_units / (n_units - 1)))
    low, high = np.quantile(ranks, [tail, 1 - tail], axis=0)
    point = mean_ranks(cohorts)
    return np.stack([np.minimum(low, point), np.maximum(high, point)])


def interval_on_like(
    cohorts: Sequence[CohortScores], n_resamples: int = N_RESAMPLES
) -> NDArray[np.float64]:
    """Return the 95 % interval of each strategy's mean rank on cohorts like these.

    Two or more cohorts are drawn again, and then repetitions in each. The interval, low and high,
    has shape ``(2, n_strategies)``, and is within 1 and the number of strategies.

    It is Student's t, with one degree of freedom fewer than there are cohorts, times the
    bootstrap's standard error. That counts the noise of repetitions twice, which makes up for its
    being too small by the square root of n by n - 1. ``benchmarks/statistics/null.py`` tells the
    coverage of both intervals.
    """
    ranks = _resampled(cohorts, np.random.default_rng(SEED), n_resamples, with_cohorts=True)
    half = _critical(len(cohorts)) * ranks.std(axis=0)
    point = mean_ranks(cohorts)
    return np.asarray(np.clip([point - half, point + half], 1, len(point)))


def mean_ranks(cohorts: Sequence[CohortScores]) -> NDArray[np.float64]:
    """Return each strategy's mean rank over cohorts, shape (n_strategies,); 1 is best."""
    means = np.stack([cohort.means() for cohort in cohorts])
    return np.asarray(stats.rankdata(-means, axis=1).mean(axis=0))


def _critical(n_units: int) -> float:
    return float(stats.t.ppf((1 + CONFIDENCE) / 2, n_units - 1))


def _resampled(
    cohorts: Sequence[CohortScores], rng: np.random.Generator, n: int, *, with_cohorts: bool
) -> NDArray[np.float64]:
    """Return the mean ranks of resamples, shape (n, n_strategies)."""
    total = np.zeros((n, cohorts[0].values.shape[2]))
    for slot in range(len(cohorts)):
        drawn = rng.integers(len(cohorts), size=n) if with_cohorts else np.full(n, slot)
        for i, cohort in enumerate(cohorts):
            where = np.flatnonzero(drawn == i)
            counts = resample_counts(len(cohort.repetitions), rng, len(where))
            total[where] += stats.rankdata(-cohort.weighted_means(counts), axis=1)
    mean: NDArray[np.float64] = total / len(cohorts)
    return mean

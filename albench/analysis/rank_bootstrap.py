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
        known = self.is_complete[:, chosen].astype(float)  # (n_blocks, n_repetitions)
        values = np.where(known[:, :, None] > 0, self.values[:, chosen], 0.0)
        n = counts @ known.T  # (n_resamples, n_blocks)
        sums = np.einsum("kr,brs->kbs", counts, values, optimize=True)
        means = sums / np.maximum(n, 1)[:, :, None]
        is_there = (n > 0).astype(float)
        over_blocks = np.einsum("kb,kbs->ks", is_there, means) / is_there.sum(axis=1)[:, None]
        # Rounded, so that what floating point leaves of equal areas breaks no tie.
        return np.asarray(over_blocks.round(12))


def rank_errors(
    cohorts: Sequence[CohortScores], *, with_cohorts: bool, n_resamples: int = N_RESAMPLES
) -> NDArray[np.float64]:
    """Return half of the 95 % interval of each strategy's mean rank over cohorts.

    Parameters
    ----------
    cohorts : sequence of CohortScores
        One or more.
    with_cohorts : bool
        Whether cohorts are drawn again too, each with its own repetitions: the interval is then
        of cohorts like these, and else of these.
    n_resamples : int
        How many.

    Returns
    -------
    ndarray of float, shape (n_strategies,)
        Student's t times the bootstrap's standard error, with one degree of freedom fewer than
        there are repetitions, or cohorts. NaN for fewer than two of them.

    Notes
    -----
    Percentiles are no use here: ranks of resamples are noisier than ranks, and so lie nearer to the
    middle. A bootstrap over n repetitions is too sure by the square root of n by n - 1, which is
    made up for; one over cohorts and repetitions counts the noise of repetitions twice, which
    makes up for it. ``benchmarks/statistics/null.py`` tells the coverage.
    """
    n_units = len(cohorts) if with_cohorts else min(len(c.repetitions) for c in cohorts)
    if n_units < 2:
        return np.full(cohorts[0].values.shape[2], np.nan)
    ranks = _resampled(cohorts, np.random.default_rng(SEED), n_resamples, with_cohorts=with_cohorts)
    widening = 1.0 if with_cohorts else np.sqrt(n_units / (n_units - 1))
    critical = stats.t.ppf((1 + CONFIDENCE) / 2, n_units - 1)
    return np.asarray(critical * widening * ranks.std(axis=0))


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
    return total / len(cohorts)

"""What results say of cohorts like these, where the cohort is the unit.

Arguments are those of `albench.analysis`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.analysis.comparison import compare_by_unit

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from albench.analysis.comparison import Pair
    from albench.analysis.score_cube import ScoreCube

FEWEST_COHORTS = 5
"""With fewer nothing is claimed: it would be of these cohorts, and read as of any."""


def across_cohorts(
    scores: ScoreCube,
    pairs: Sequence[Pair],
    outside: Collection[str] = (),
    margins: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Return the differences of pairs of strategies averaged over cohorts.

    There is one row per pair, with the columns `comparison.COMPARED`, in which a cohort is what a
    repetition is elsewhere: its difference is the mean over its blocks, each the mean over the
    repetitions that both have. `n_missing` counts cohorts in which only one has results, `more` is
    in cohorts. Under five cohorts there is no verdict.
    """
    names = sorted(set(scores.cohorts))
    of_cohort = [np.array([c == name for c in scores.cohorts]) for name in names]
    means = [_cohort_means(scores, pair, of_cohort) for pair in pairs]
    margin_of = margins or {}
    width = float(np.mean([margin_of.get(name, np.nan) for name in names])) if names else np.nan
    return compare_by_unit(pairs, means, np.full(len(pairs), width), outside, FEWEST_COHORTS)


def n_cohorts(scores: ScoreCube, strategies: Sequence[str]) -> int:
    """Return how many cohorts have results of all these strategies in some block."""
    values = scores.of(strategies)
    is_whole = np.isfinite(values).any(axis=1).all(axis=-1)
    return len({scores.cohorts[i] for i in np.flatnonzero(is_whole)})


def _cohort_means(
    scores: ScoreCube, pair: Pair, of_cohort: Sequence[NDArray[np.bool_]]
) -> tuple[NDArray[np.float64], int]:
    """Return each cohort's mean difference, and how many cohorts have either."""
    values = scores.of(pair)
    gaps = values[..., 0] - values[..., 1]
    n = np.isfinite(gaps).sum(axis=1)
    blocks = np.where(n > 0, np.nansum(gaps, axis=1) / np.maximum(n, 1), np.nan)
    seen = np.asarray(np.isfinite(values).any(axis=(1, 2)))
    means = [
        np.nanmean(blocks[is_in]) if np.isfinite(blocks[is_in]).any() else np.nan
        for is_in in of_cohort
    ]
    return np.array(means), sum(bool(seen[is_in].any()) for is_in in of_cohort)

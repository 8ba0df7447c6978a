"""Strategies against random: paired by repetition, corrected for all comparisons shown."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from albench.analysis.curves import BASELINE, BLOCK, mean_interval
from albench.analysis.simultaneous import widening

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

ALPHA = 0.05
FEWEST_PAIRS = 6
"""Two-sided, Wilcoxon's test cannot go under 0.05 with fewer; no verdict is given then."""


class Verdict(StrEnum):
    """The verdict of a comparison."""

    BETTER = "better"
    WORSE = "worse"
    OPEN = "not separable"
    TOO_FEW = "too few repetitions"
    OUTSIDE = "no competitor"


COMPARED = [
    *("n_pairs", "n_missing", "difference", "low", "high"),
    *("wins", "ties", "losses", "p", "p_wilcoxon"),
]
"""What `compared` tells, in order; `all_low`, `all_high`, `p_holm` and `verdict` follow."""


def against_random(
    efficiency: pd.DataFrame, value: str = "area", outside: Collection[str] = ()
) -> pd.DataFrame:
    """Return each strategy's difference to random in each block.

    Parameters
    ----------
    efficiency : DataFrame
        One row per cell: what `cell_efficiency` gave.
    value : str
        The column that is compared; larger is better.
    outside : collection of str
        Strategies that are measured, but are no competitors: no verdict is given on them.

    Returns
    -------
    DataFrame
        One row per block and strategy. Pairs share the repetition; `n_missing` counts repetitions
        that only one of the two has. `p` is of the paired t-test. The family is all rows with
        enough pairs that are not outside: over it `p_holm` is corrected, by which the verdict
        goes, and its intervals `all_low` to `all_high` hold all at once.
    """
    rows = []
    for key, block in efficiency.groupby(BLOCK, sort=True):
        table = side_by_side(block, ["repetition"], value)
        for strategy in table.columns.drop(BASELINE, errors="ignore"):
            pair = table.reindex(columns=[strategy, BASELINE])
            entry = dict(zip(BLOCK, key, strict=True)) | {"strategy": strategy}
            rows.append(entry | compared(pair[strategy], pair[BASELINE]))
    return _with_verdicts(pd.DataFrame(rows, columns=[*BLOCK, "strategy", *COMPARED]), outside)


def across_blocks(
    efficiency: pd.DataFrame, value: str = "area", outside: Collection[str] = ()
) -> pd.DataFrame:
    """Return each strategy's mean difference to random over all blocks.

    Parameters
    ----------
    efficiency : DataFrame
        One row per cell: what `cell_efficiency` gave.
    value : str
        The column that is compared; larger is better.
    outside : collection of str
        Strategies that are no competitors, as in `against_random`.

    Returns
    -------
    DataFrame
        One row per strategy, which make up the family. A repetition counts only if the strategy and
        random have all blocks in it that the strategy has in any; `n_blocks` says how many these
        are, and `n_missing` how many repetitions that the strategy or random has in one of them do
        not count.
    """
    rows = []
    for strategy in sorted(set(efficiency["strategy"]) - {BASELINE}):
        own = efficiency[efficiency["strategy"] == strategy]
        blocks = own[BLOCK].drop_duplicates()
        pair = efficiency[efficiency["strategy"].isin([strategy, BASELINE])].merge(blocks, on=BLOCK)
        table = side_by_side(pair, [*BLOCK, "repetition"], value)
        row = _over_blocks(table.reindex(columns=[strategy, BASELINE]), len(blocks))
        rows.append({"n_blocks": len(blocks), "strategy": strategy} | row)
    return _with_verdicts(pd.DataFrame(rows, columns=["n_blocks", "strategy", *COMPARED]), outside)


def _over_blocks(pairs: pd.DataFrame, n_blocks: int) -> dict[str, float]:
    """Return the comparison of two columns, each averaged over the blocks of a repetition."""
    whole = pairs.dropna().groupby("repetition")
    means = whole.mean()[whole.size() == n_blocks]
    row = compared(means.iloc[:, 0], means.iloc[:, 1])
    n_all = pairs.index.get_level_values("repetition").nunique()
    return row | {"n_missing": n_all - len(means)}


def side_by_side(efficiency: pd.DataFrame, keys: list[str], value: str) -> pd.DataFrame:
    """Return a table with one column per strategy.

    Parameters
    ----------
    efficiency : DataFrame
        One row per cell.
    keys : list of str
        The columns that are the rows' index.
    value : str
        The column that is shown.

    Returns
    -------
    DataFrame
        NaN where a strategy has no value.
    """
    # A pivot table would average two values of one cell in silence; this raises a ValueError.
    return efficiency.set_index([*keys, "strategy"])[value].unstack("strategy")  # noqa: PD010  # see above


def compared(ours: pd.Series[float], theirs: pd.Series[float]) -> dict[str, float]:
    """Return the paired comparison of two series.

    Parameters
    ----------
    ours : Series of float
        With the repetition as its index; NaN where one is missing.
    theirs : Series of float
        Likewise.

    Returns
    -------
    dict
        Counts, the mean difference with its 95 % interval, and p values.
    """
    both = pd.DataFrame({"ours": ours, "theirs": theirs}).dropna(how="all")
    pairs = both.dropna()
    # Rounded, so that what floating point leaves of equal areas is neither won nor lost.
    gaps = (pairs["ours"] - pairs["theirs"]).to_numpy(dtype=float).round(12)
    mean, low, high = mean_interval(gaps)
    return {
        "n_pairs": len(gaps),
        "n_missing": len(both) - len(gaps),
        "difference": mean,
        "low": low,
        "high": high,
        "wins": int((gaps > 0).sum()),
        "ties": int((gaps == 0).sum()),
        "losses": int((gaps < 0).sum()),
        "p": paired_t(gaps),
        "p_wilcoxon": wilcoxon(gaps),
    }


def paired_t(gaps: NDArray[np.float64]) -> float:
    """Return the two-sided p value of a paired t-test.

    Parameters
    ----------
    gaps : ndarray of float, shape (n,)
        Differences.

    Returns
    -------
    float
        NaN for fewer than two. Differences that are all equal have no spread to test against, and
        Student's t would be sure of anything: they get Wilcoxon's p.
    """
    if len(gaps) < 2:  # one pair has no spread
        return float("nan")
    spread = gaps.std(ddof=1)
    if spread <= 1e-12 * max(1.0, float(np.abs(gaps).max())):
        return wilcoxon(gaps)
    return float(stats.ttest_1samp(gaps, 0.0).pvalue)


def wilcoxon(gaps: NDArray[np.float64]) -> float:
    """Return the two-sided p value of Wilcoxon's signed-rank test, exact with ties too.

    Parameters
    ----------
    gaps : ndarray of float, shape (n,)
        Differences; those that are 0 are left out.

    Returns
    -------
    float
        1 if none is left; NaN for fewer than two pairs.

    Notes
    -----
    Without ties it is `scipy.stats.wilcoxon` with ``method="exact"``. With ties, SciPy's is exact
    for at most 13 pairs; beyond that it falls back to a normal approximation.
    """
    if len(gaps) < 2:  # one pair has no spread
        return float("nan")
    moved = gaps[gaps != 0]
    ranks = (2 * stats.rankdata(np.abs(moved))).astype(int)  # doubled: tied ranks may be halves
    n_choices = np.ones(1)  # of signs, by the sum of the ranks that are positive
    for rank in ranks:
        n_choices = np.pad(n_choices, (0, rank)) + np.pad(n_choices, (rank, 0))
    centre = ranks.sum() / 2
    is_extreme = np.abs(np.arange(len(n_choices)) - centre) >= abs(ranks[moved > 0].sum() - centre)
    return float(n_choices[is_extreme].sum() / n_choices.sum())


def holm(p_values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return p values corrected by Holm's method; NaN is ignored.

    Parameters
    ----------
    p_values : ndarray of float, shape (n,)
        Uncorrected.

    Returns
    -------
    ndarray of float, shape (n,)
        At most 1.
    """
    corrected = np.full(len(p_values), np.nan)
    valid = np.flatnonzero(~np.isnan(p_values))
    order = valid[np.argsort(p_values[valid], kind="stable")]
    factors = np.arange(len(order), 0, -1)
    corrected[order] = np.minimum(1.0, np.maximum.accumulate(p_values[order] * factors))
    return corrected


def _with_verdicts(rows: pd.DataFrame, outside: Collection[str]) -> pd.DataFrame:
    n_pairs, differences = (rows[key].to_numpy(dtype=float) for key in ("n_pairs", "difference"))
    is_outside = rows["strategy"].isin(outside).to_numpy(dtype=bool)
    is_judged = (n_pairs >= FEWEST_PAIRS) & ~is_outside
    corrected = holm(np.where(is_judged, rows["p"].to_numpy(dtype=float), np.nan))
    verdicts = np.array([str(_verdict(*pair)) for pair in zip(corrected, differences, strict=True)])
    half = (rows["high"] - rows["low"]).to_numpy(dtype=float) / 2
    half = np.where(is_judged, half, np.nan) * widening(n_pairs, int(is_judged.sum()))
    return rows.assign(
        all_low=differences - half,
        all_high=differences + half,
        p_holm=corrected,
        verdict=np.where(is_outside, str(Verdict.OUTSIDE), verdicts) if len(rows) else [],
    )


def _verdict(p_holm: float, difference: float) -> Verdict:
    if np.isnan(p_holm):
        return Verdict.TOO_FEW
    if p_holm >= ALPHA:
        return Verdict.OPEN
    return Verdict.BETTER if difference > 0 else Verdict.WORSE

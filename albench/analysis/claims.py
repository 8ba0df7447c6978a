"""Whether a paper's claims hold, and what it would take to decide those that are open."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from albench.analysis.comparison import ALPHA, FEWEST_PAIRS, compared, holm
from albench.analysis.points import value_at
from albench.analysis.published import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Sequence

    from albench.analysis.published import Claim, Side

POWER = 0.8
MOST = 1000
"""More repetitions or test subjects than these are told as "more than"."""


class Standing(StrEnum):
    """What can be said of a claim."""

    HOLDS = "holds"
    OPPOSITE = "the opposite holds"
    OPEN = "not decided"
    TOO_FEW = "too few repetitions"


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A claim's difference, paired by repetition.

    Parameters
    ----------
    claim : Claim
        Whose it is.
    n_pairs : int
        Repetitions that have both sides.
    difference, low, high : float
        What is said to be better minus the other, and its 95 % interval over repetitions.
    p, p_holm : float
        Of the paired t-test, and corrected over all claims with enough pairs.
    standing : Standing
        By `p_holm`.
    n_repetitions : float
        How many would decide it with a power of 80 %; NaN if unknown, infinite beyond 1000.
    """

    claim: Claim
    n_pairs: int
    difference: float
    low: float
    high: float
    p: float
    p_holm: float
    standing: Standing
    n_repetitions: float


def judge(rounds: pd.DataFrame, claims: Sequence[Claim]) -> list[Judged]:
    """Return what can be said of each claim.

    Parameters
    ----------
    rounds : DataFrame
        What `curves.joined` gave, with n_candidates.
    claims : sequence of Claim
        All that are corrected together.

    Returns
    -------
    list of Judged
        In the claims' order.
    """
    sides = [
        (side_values(rounds, c.better, c.metric), side_values(rounds, c.than, c.metric))
        for c in claims
    ]
    found = [compared(better, than) for better, than in sides]
    enough = [row["n_pairs"] >= FEWEST_PAIRS for row in found]
    p_values = [
        row["p"] if is_enough else np.nan for row, is_enough in zip(found, enough, strict=True)
    ]
    corrected = holm(np.array(p_values, dtype=float))
    return [
        Judged(
            claim=claim,
            n_pairs=int(row["n_pairs"]),
            difference=row["difference"],
            low=row["low"],
            high=row["high"],
            p=row["p"],
            p_holm=float(p_holm),
            standing=_standing(float(p_holm), row["difference"]),
            n_repetitions=repetitions_needed(row["difference"], _deviation(*pair)),
        )
        for claim, row, p_holm, pair in zip(claims, found, corrected, sides, strict=True)
    ]


def side_values(rounds: pd.DataFrame, side: Side, metric: str) -> pd.Series[float]:
    """Return the values of one side of a claim, by repetition.

    Parameters
    ----------
    rounds : DataFrame
        What `curves.joined` gave, with n_candidates.
    side : Side
        A system, and where on its curve it is judged.
    metric : str
        A column.

    Returns
    -------
    Series of float
        NaN where a curve does not get there.
    """
    own = rounds[(rounds[SYSTEM] == list(side.system)).all(axis=1)].sort_values("round")
    values = {
        int(str(repetition)): value_at(
            side.at,
            (part["n_labelled"] / part["n_candidates"]).to_numpy(dtype=float),
            part[metric].to_numpy(dtype=float),
        )
        for repetition, part in own.groupby("repetition")
    }
    return pd.Series(values, dtype=float)


def _deviation(better: pd.Series[float], than: pd.Series[float]) -> float:
    return float((better - than).std())


def _standing(p_holm: float, difference: float) -> Standing:
    if np.isnan(p_holm):
        return Standing.TOO_FEW
    if p_holm >= ALPHA:
        return Standing.OPEN
    return Standing.HOLDS if difference > 0 else Standing.OPPOSITE


def repetitions_needed(difference: float, deviation: float) -> float:
    """Return how many repetitions a paired t-test needs to find a difference of this size.

    Parameters
    ----------
    difference : float
        The true mean difference, taken to be the one that was measured.
    deviation : float
        The standard deviation of the paired differences.

    Returns
    -------
    float
        For a power of 80 % at 5 %, two-sided; six at least, as fewer get no verdict. Infinite if
        more than 1000, NaN if the difference or its spread is not known.
    """
    if np.isnan(difference) or np.isnan(deviation):
        return float("nan")
    if difference == 0:
        return float("inf")
    if deviation == 0:
        return float(FEWEST_PAIRS)
    n = np.arange(FEWEST_PAIRS, MOST + 1)
    critical = stats.t.ppf(1 - ALPHA / 2, n - 1)
    power = stats.nct.sf(critical, n - 1, abs(difference) / deviation * np.sqrt(n))
    enough = n[power >= POWER]
    return float(enough[0]) if len(enough) else float("inf")


def subjects_needed(difference: float, deviation: float, n_subjects: float) -> float:
    """Return how many test subjects would tell a difference of this size from none.

    Parameters
    ----------
    difference : float
        The true mean difference, taken to be the one that was measured.
    deviation : float
        The standard deviation of the bootstrap over test subjects.
    n_subjects : float
        Of how many that is; it is taken to fall as one over their square root.

    Returns
    -------
    float
        For a power of 80 % at 5 %, two-sided. Infinite if more than 1000, NaN if unknown.
    """
    if np.isnan(difference) or np.isnan(deviation):
        return float("nan")
    if difference == 0:
        return float("inf")
    widths = stats.norm.ppf(1 - ALPHA / 2) + stats.norm.ppf(POWER)
    n = np.ceil(n_subjects * (widths * deviation / difference) ** 2)
    return float(max(n, 1.0)) if n <= MOST else float("inf")

"""Whether a paper's claims hold, and what it would take to decide those that are open.

Arguments are those of `albench.analysis`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from albench.analysis.comparison import compared
from albench.analysis.curves import SYSTEM
from albench.analysis.points import value_at
from albench.analysis.power import MOST, POWER, repetitions_needed
from albench.analysis.significance import ALPHA, FEWEST_PAIRS, holm
from albench.references import ALL_LABELS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from albench.spec.published import Claim, Side


class ClaimStanding(StrEnum):
    """The verdict on a claim."""

    HOLDS = "holds"
    OPPOSITE = "the opposite holds"
    OPEN = "not decided"
    TOO_FEW = "too few repetitions"


@dataclass(frozen=True, kw_only=True)
class Alone:
    """What modalities do alone, where the sides of a claim differ in the model as well.

    Parameters
    ----------
    side : Side
        The weaker side's modalities with the stronger side's model.
    value : float
        Its mean score; NaN if nothing of it was run.
    n_pairs : int
        Repetitions that it shares with what is said to be better.
    difference, low, high : float
        What is said to be better minus this, and its 95 % interval, not corrected.
    """

    side: Side
    value: float
    n_pairs: int
    difference: float
    low: float
    high: float


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
        Of the paired t-test, and corrected by Holm over all claims with enough pairs.
    standing : ClaimStanding
        By `p_holm`.
    n_repetitions : float
        How many would decide it with a power of 80 %, corrected for all that are not decided;
        NaN if unknown, infinite beyond 1000.
    alone : Alone or None
        None unless the sides differ both in modalities and in model.
    """

    claim: Claim
    n_pairs: int
    difference: float
    low: float
    high: float
    p: float
    p_holm: float
    standing: ClaimStanding
    n_repetitions: float
    alone: Alone | None = None

    @property
    def is_decided(self) -> bool:
        """Whether it holds, or the opposite."""
        return self.standing in {ClaimStanding.HOLDS, ClaimStanding.OPPOSITE}


def level_of(standings: Sequence[ClaimStanding]) -> float:
    """Return the significance level of the next claim to be decided.

    Parameters
    ----------
    standings : sequence of ClaimStanding
        Of all claims.

    Returns
    -------
    float
        Holm's: 0.05 by the number of claims that are not decided, those with too few repetitions
        among them, since they are judged too once there are more.
    """
    n_open = sum(one in {ClaimStanding.OPEN, ClaimStanding.TOO_FEW} for one in standings)
    return ALPHA / max(n_open, 1)


def judge(rounds: pd.DataFrame, claims: Sequence[Claim]) -> list[Judged]:
    """Return the verdict on each claim, in their order; all are corrected together.

    Rounds have the column n_candidates too.
    """
    sides = [
        (side_values(rounds, c.better, c.metric), side_values(rounds, c.than, c.metric))
        for c in claims
    ]
    compared_sides = [compared(better, than) for better, than in sides]
    enough = [row["n_pairs"] >= FEWEST_PAIRS for row in compared_sides]
    p_values = [
        row["p"] if is_enough else np.nan
        for row, is_enough in zip(compared_sides, enough, strict=True)
    ]
    corrected = holm(np.array(p_values, dtype=float)).tolist()
    standings = [
        _standing(p_holm, row["difference"])
        for p_holm, row in zip(corrected, compared_sides, strict=True)
    ]
    level = level_of(standings)
    return [
        Judged(
            claim=claim,
            n_pairs=int(row["n_pairs"]),
            difference=row["difference"],
            low=row["low"],
            high=row["high"],
            p=row["p"],
            p_holm=p_holm,
            standing=standing,
            n_repetitions=_needed(row["difference"], _deviation(*pair), level),
            alone=_alone(rounds, claim, pair[0]),
        )
        for claim, row, p_holm, standing, pair in zip(
            claims, compared_sides, corrected, standings, sides, strict=True
        )
    ]


def _alone(rounds: pd.DataFrame, claim: Claim, better: pd.Series[float]) -> Alone | None:
    """Return what the other side's modalities do with the better side's model."""
    ours, theirs = claim.better, claim.than
    if ours.model == theirs.model or ours.modalities == theirs.modalities:
        return None
    side = _in_any_budget(rounds, theirs.model_copy(update={"model": ours.model}))
    values = side_values(rounds, side, claim.metric)
    comparison = compared(better, values)
    return Alone(
        side=side,
        value=float(values.mean()),
        n_pairs=int(comparison["n_pairs"]),
        difference=comparison["difference"],
        low=comparison["low"],
        high=comparison["high"],
    )


def _in_any_budget(rounds: pd.DataFrame, side: Side) -> Side:
    """Return the side in a budget that was run; with all labels, budgets make no difference."""
    if side.strategy != ALL_LABELS:
        return side
    keys = [key for key in SYSTEM if key != "budget"]
    wanted = [value for key, value in side.system._asdict().items() if key != "budget"]
    budgets = sorted(set(rounds.loc[(rounds[keys] == wanted).all(axis=1), "budget"]))
    return (
        side
        if side.budget in budgets or not budgets
        else side.model_copy(update={"budget": budgets[0]})
    )


def side_values(rounds: pd.DataFrame, side: Side, metric: str) -> pd.Series[float]:
    """Return the values of one side of a claim, by repetition; NaN where a curve ends before.

    Rounds have the column n_candidates too. A side is a system, and where on its curve it is
    judged.
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


def _needed(difference: float, deviation: float, level: float) -> float:
    needed = repetitions_needed(np.array([difference]), np.array([deviation]), level)
    return float(needed[0])


def _standing(p_holm: float, difference: float) -> ClaimStanding:
    if np.isnan(p_holm):
        return ClaimStanding.TOO_FEW
    if p_holm >= ALPHA:
        return ClaimStanding.OPEN
    return ClaimStanding.HOLDS if difference > 0 else ClaimStanding.OPPOSITE


def subjects_needed(
    difference: float, deviation: float, n_subjects: float, level: float = ALPHA
) -> float:
    """Return how many test subjects would distinguish a difference of this size from zero.

    Parameters
    ----------
    difference : float
        The true mean difference, taken to be the one that was measured.
    deviation : float
        The standard deviation of the bootstrap over test subjects.
    n_subjects : float
        Of how many that is; it is taken to fall as one over their square root.
    level : float
        The significance level, as in `repetitions_needed`.

    Returns
    -------
    float
        For a power of 80 %, two-sided. Infinite if more than 1000, NaN if unknown.
    """
    if np.isnan(difference) or np.isnan(deviation):
        return float("nan")
    if difference == 0:
        return float("inf")
    widths = stats.norm.ppf(1 - level / 2) + stats.norm.ppf(POWER)
    n = np.ceil(n_subjects * (widths * deviation / difference) ** 2)
    return float(max(n, 1.0)) if n <= MOST else float("inf")

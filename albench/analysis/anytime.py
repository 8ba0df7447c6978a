"""Paired differences that may be looked at after every repetition, as often as one likes.

A Student's interval holds for a number of repetitions that was fixed before. Whoever adds
repetitions until it excludes 0 will see that sooner or later. The intervals here hold at all
numbers of repetitions at once: a confidence sequence.

References
----------
Lai, T. L. (1976). On confidence sequences. Annals of Statistics 4, 265-280.
Wang, H. and Ramdas, A. (2025). Anytime-valid t-tests and confidence sequences for Gaussian means
with unknown variance. Sequential Analysis 44, 56-110.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from albench.analysis.paired import NO_SPREAD
from albench.analysis.significance import FEWEST_PAIRS
from albench.analysis.verdicts import Verdict

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

EFFECT = 1.0
"""The standard deviation of the effects, in paired standard deviations, that are bet on.

It decides at which number of repetitions intervals are narrowest, and not whether they hold.
"""


@dataclass(frozen=True, eq=False)
class Followed:
    """What comparisons show after all their repetitions, having been looked at after each.

    Parameters
    ----------
    n : ndarray of int, shape (...)
        Pairs of each comparison.
    mean : ndarray of float, shape (...)
        Their mean; NaN without any.
    low, high : ndarray of float, shape (...)
        What is left of all intervals so far; infinite where there is none yet. Both are the mean
        where all differences are equal and their signs are evidence enough.
    verdict : ndarray of str, shape (...)
        As of `verdicts.judge`.
    n_decided : ndarray of float, shape (...)
        The pairs after which it was decided; NaN where it is not.
    """

    n: NDArray[np.intp]
    mean: Floats
    low: Floats
    high: Floats
    verdict: NDArray[np.str_]
    n_decided: Floats


def follow(gaps: Floats, margin: Floats | float, level: float) -> Followed:
    """Return what comparisons show that may have been looked at after each repetition.

    Parameters
    ----------
    gaps : ndarray of float, shape (..., n_repetitions)
        Paired differences in the order of repetitions; NaN where one lacks a partner.
    margin : ndarray of float, broadcastable to (...)
        Within it a difference is of no practical matter; NaN where none is known.
    level : float
        How often a comparison may be decided wrongly, ever: 0.05 divided by how many there are.

    Returns
    -------
    Followed
        *Better* or *worse* if the interval excludes 0, *equal* if it lies within the margin. What
        has been decided stays so, since what is left of the intervals only shrinks.
    """
    is_there = ~np.isnan(gaps)
    n = is_there.sum(axis=-1)
    low, high = _left_of(*intervals(gaps, level))
    width = np.broadcast_to(margin, n.shape)[..., None]
    is_equal = (low > -width) & (high < width)
    is_decided = is_equal | (low > 0) | (high < 0)
    count = np.maximum(is_there.cumsum(axis=-1), 1)
    first = np.take_along_axis(count, is_decided.argmax(axis=-1)[..., None], -1)[..., 0]
    ends = (low[..., -1], high[..., -1], is_equal[..., -1])
    verdict = np.select(
        [n < FEWEST_PAIRS, ends[2], ends[0] > 0, ends[1] < 0],
        [Verdict.TOO_FEW, Verdict.EQUAL, Verdict.BETTER, Verdict.WORSE],
        Verdict.OPEN,
    )
    total = np.where(is_there, gaps, 0.0).sum(axis=-1)
    return Followed(
        n=n,
        mean=total / np.where(n > 0, n, np.nan),
        low=ends[0],
        high=ends[1],
        verdict=verdict,
        n_decided=np.where(is_decided.any(axis=-1), first, np.nan),
    )


def intervals(gaps: Floats, level: float) -> tuple[Floats, Floats]:
    """Return an interval for the mean after each repetition; all of them hold at once.

    Parameters
    ----------
    gaps : ndarray of float, shape (..., n_repetitions)
        As of `follow`.
    level : float
        How often any interval of a comparison may miss the mean.

    Returns
    -------
    low, high : ndarray of float, shape (..., n_repetitions)
        Infinite with fewer than `FEWEST_PAIRS` pairs, and where the differences are all equal: they
        have no spread. Then the interval is a point once so many would hardly be equal by chance,
        if one half to the power of their number, for either sign, is at most the level.

    Notes
    -----
    Values of the mean are excluded whose Bayes factor against a normal prior of the effect, with
    the right Haar prior of the spread, exceeds one by the level. Under that mean it is a
    martingale in what the scale does not change, so that Ville's inequality bounds how often it
    ever does (Wang and Ramdas 2025). As there, differences are taken to be normal; simulations of
    skewed, tied and bounded ones are in ``benchmarks/statistics/null.py``.
    """
    is_there = ~np.isnan(gaps)
    n = is_there.cumsum(axis=-1)
    count = np.maximum(n, 1)
    values = np.where(is_there, gaps, 0.0)
    origin = values.sum(axis=-1, keepdims=True) / np.maximum(n[..., -1:], 1)
    centred = np.where(is_there, gaps - origin, 0.0)  # sums of squares stay exact
    offset = centred.cumsum(axis=-1) / count
    squares = np.maximum((centred**2).cumsum(axis=-1) - count * offset**2, 0.0)
    mean, deviation = origin + offset, np.sqrt(squares / np.maximum(count - 1, 1))
    is_same = deviation <= NO_SPREAD * np.maximum(1.0, np.abs(mean))
    error = np.where(is_same, 1.0, deviation) / np.sqrt(count)
    by_sign = np.where(2 * 0.5**count <= level, 0.0, np.inf)
    half = np.where(is_same, by_sign, error * _critical(count, level))
    half = np.where(n < FEWEST_PAIRS, np.inf, half)
    return mean - half, mean + half


def _critical(n: NDArray[np.intp], level: float) -> Floats:
    """Return how many standard errors an interval reaches, at each number of pairs."""
    growth = 1 + n * EFFECT**2
    ratio = (growth / level**2) ** (1 / n)
    is_finite = ratio < growth
    with np.errstate(divide="ignore", invalid="ignore"):
        squared = (n - 1) * (ratio - 1) / (1 - ratio / growth)
    return np.where(is_finite, np.sqrt(np.where(is_finite, squared, 0.0)), np.inf)


def _left_of(low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Return what is common to all intervals so far; where that would be nothing, what was last."""
    lows, highs = np.maximum.accumulate(low, axis=-1), np.minimum.accumulate(high, axis=-1)
    n_whole = (lows <= highs).sum(axis=-1, keepdims=True)
    last = np.minimum(np.arange(low.shape[-1]), np.maximum(n_whole - 1, 0))
    return np.take_along_axis(lows, last, -1), np.take_along_axis(highs, last, -1)

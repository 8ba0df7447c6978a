"""Better, worse, equal or undecided: what a family of paired comparisons supports."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from albench.analysis.power import repetitions_needed
from albench.analysis.significance import ALPHA, FEWEST_PAIRS, holm
from albench.analysis.simultaneous import widening

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from albench.analysis.paired import Paired


class Verdict(StrEnum):
    """The verdict of a comparison."""

    BETTER = "better"
    WORSE = "worse"
    EQUAL = "equal"
    OPEN = "undecided"
    TOO_FEW = "too few repetitions"
    OUTSIDE = "no competitor"


def judge(
    sums: Paired,
    margin: NDArray[np.float64],
    is_competing: NDArray[np.bool_],
    fewest: int = FEWEST_PAIRS,
) -> dict[str, NDArray[np.generic]]:
    """Return the verdict of each comparison of one family, or of many families at once.

    Parameters
    ----------
    sums : Paired
        Of shape (..., n_comparisons): the last axis is the family.
    margin : ndarray of float, broadcastable to (..., n_comparisons)
        Within it a difference is of no practical matter; NaN where none is known.
    is_competing : ndarray of bool, broadcastable to (..., n_comparisons)
        Whether a verdict is wanted.
    fewest : int
        Pairs that a verdict takes.

    Returns
    -------
    dict of str to ndarray, shape (..., n_comparisons)
        all_low, all_high: intervals that hold for the whole family at once, NaN where all
        differences are equal. p_holm, p_equal: of the
        paired t-test, and of two one-sided tests, each corrected by Holm over the family. verdict:
        *equal* if the mean difference is significantly within the margin, whatever its sign;
        *better* or *worse* if it is significantly different from 0; else *undecided*. more: for
        what is undecided or has too few pairs, how many more repetitions would decide it at a power
        of 80 %.

    Notes
    -----
    A difference cannot be 0 and outside its margin, so that of the two hypotheses of a comparison
    at most one is true. Each kind of finding is wrong somewhere in a family in at most 5 %.
    """
    is_judged = (sums.n >= fewest) & is_competing
    width = np.broadcast_to(margin, sums.n.shape)
    p_holm, p_equal = (holm(np.where(is_judged, p, np.nan)) for p in (sums.p, sums.p_within(width)))
    # In a family of no margin p_equal is NaN, and nothing is equal.
    is_equal, is_different = p_equal < ALPHA, p_holm < ALPHA
    verdict = np.select(
        [
            ~np.broadcast_to(is_competing, sums.n.shape),
            ~is_judged,
            is_equal,
            is_different & (sums.mean > 0),
            is_different,
        ],
        [Verdict.OUTSIDE, Verdict.TOO_FEW, Verdict.EQUAL, Verdict.BETTER, Verdict.WORSE],
        Verdict.OPEN,
    )
    # Of equal differences an interval has no width: it would be sure of anything.
    half = np.where(is_judged & sums.has_spread, sums.half_width, np.nan)
    half *= widening(sums.n, is_judged.sum(axis=-1, keepdims=True))
    return {
        "all_low": sums.mean - half,
        "all_high": sums.mean + half,
        "p_holm": p_holm,
        "margin": np.array(width),
        "p_equal": p_equal,
        "verdict": verdict,
    }


def more_repetitions(
    sums: Paired, margin: NDArray[np.float64], verdict: NDArray[np.generic]
) -> NDArray[np.float64]:
    """Return how many more repetitions would decide what one family leaves open.

    Parameters
    ----------
    sums : Paired
        Of shape (n_comparisons,).
    margin : ndarray of float, shape (n_comparisons,)
        As for `judge`.
    verdict : ndarray of str, shape (n_comparisons,)
        What `judge` gave.

    Returns
    -------
    ndarray of float, shape (n_comparisons,)
        For a power of 80 %, if the measured difference and spread are the true ones: until it is
        better or worse, or until it is equal, whichever comes first. The level is 0.05 by the
        number of comparisons that are open, which is what Holm's method asks of the next one. NaN
        for what is decided or unknown, infinite beyond 1000 repetitions.
    """
    is_open = np.isin(verdict, [Verdict.OPEN, Verdict.TOO_FEW])
    level = ALPHA / max(int(is_open.sum()), 1)
    needed = repetitions_needed(sums.mean, sums.deviation, level, margin)
    return np.where(is_open, np.maximum(needed - sums.n, 1.0), np.nan)

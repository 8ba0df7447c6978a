"""Power of the paired tests after correction, by the number of repetitions.

Throughout, `effect` is the true mean difference in standard deviations of the paired differences,
`n_pairs` the number of repetitions, two at least, and `level` the significance level: 0.05 divided
by the number of comparisons that it is corrected for. Arrays are ``(n,)``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.analysis.paired import paired
from albench.analysis.score_cube import cube
from albench.analysis.significance import ALPHA, FEWEST_PAIRS
from albench.analysis.students_t import noncentral_share_below, noncentrality, quantile
from albench.references import BASELINE

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from numpy.typing import NDArray

POWER = 0.8
MOST = 1000
"""More repetitions or test subjects than these are shown as "more than"."""


def power_of(
    effect: float | NDArray[np.float64], n_pairs: NDArray[np.integer], level: float = ALPHA
) -> NDArray[np.float64]:
    """Return the power of a paired t-test: how probably a difference is found with its own sign."""
    critical = quantile(1 - level / 2, n_pairs - 1)
    centre = np.abs(effect) * np.sqrt(n_pairs)
    return 1 - noncentral_share_below(critical, n_pairs - 1, centre)


def power_within(
    effect: NDArray[np.float64],
    margin: NDArray[np.float64],
    n_pairs: NDArray[np.integer],
    level: float = ALPHA,
) -> NDArray[np.float64]:
    """Return the least power of two one-sided t-tests to find a difference within a margin.

    The margin is in the unit of the effect. What is returned is what the two tests leave at least
    (Bonferroni); near 80 % it is the power to a few in a thousand. It is 0 where the difference is
    not within the margin.
    """
    freedom, root = n_pairs - 1, np.sqrt(n_pairs)
    critical = quantile(1 - level, freedom)
    missed = sum(
        noncentral_share_below(critical, freedom, np.maximum(room, 0.0) * root)
        for room in (margin - effect, margin + effect)
    )
    return np.where(np.abs(effect) < margin, np.maximum(1 - missed, 0.0), 0.0)


def repetitions_needed(
    difference: NDArray[np.float64],
    deviation: NDArray[np.float64],
    level: float = ALPHA,
    margin: NDArray[np.float64] | float = np.nan,
) -> NDArray[np.float64]:
    """Return how many repetitions decide differences of these sizes.

    Differences are the true mean ones, taken to be those that were measured, with their standard
    deviations over pairs. Within `margin` they are equal; it is NaN where none is known. The
    numbers are for a power of 80 %, by a paired t-test or by two one-sided ones, whichever needs
    fewer; six at least, as fewer get no verdict. They are infinite if more than 1000, and NaN if
    the difference or its spread is not known.
    """
    scale = np.where(deviation > 0, deviation, np.nan)
    effect, room = difference / scale, margin / scale
    by_difference = _fewest(lambda n: power_of(effect, n, level))
    by_margin = _fewest(lambda n: power_within(effect, room, n, level))
    # Of differences that are all equal, the signs decide.
    n = np.arange(FEWEST_PAIRS, MOST + 1)
    two_sided, one_sided = (n[np.argmax(times * 0.5**n < level)] for times in (2.0, 1.0))
    by_sign = np.where(difference != 0, two_sided, np.inf)
    by_sign = np.where(np.abs(difference) < margin, np.minimum(by_sign, one_sided), by_sign)
    needed = np.where(deviation == 0, by_sign, np.minimum(by_difference, by_margin))
    return np.where(np.isnan(difference) | np.isnan(deviation), np.nan, needed)


def _fewest(
    power: Callable[[NDArray[np.integer]], NDArray[np.float64]],
) -> NDArray[np.float64]:
    """Return the fewest repetitions of enough power, by bisection: power rises with them."""
    high = np.full(power(np.array([MOST])).shape, MOST)
    low = np.full_like(high, FEWEST_PAIRS)
    is_enough = np.nan_to_num(power(high)) >= POWER
    while (low < high).any():
        middle = (low + high) // 2
        suffices = np.nan_to_num(power(middle)) >= POWER
        high, low = np.where(suffices, middle, high), np.where(suffices, low, middle + 1)
        low = np.minimum(low, high)
    return np.where(is_enough, high.astype(float), np.inf)


def detectable(n_pairs: int, level: float = ALPHA) -> float:
    """Return the smallest effect that is found with a power of 80 %.

    It is infinite under six repetitions, which get no verdict.
    """
    if n_pairs < FEWEST_PAIRS:
        return float("inf")
    critical = float(quantile(1 - level / 2, n_pairs - 1))
    return noncentrality(critical, n_pairs - 1, 1 - POWER) / float(np.sqrt(n_pairs))


def paired_deviations(efficiency: pd.DataFrame, value: str = "area") -> NDArray[np.float64]:
    """Return the standard deviations of differences to random over repetitions.

    There is one a block and strategy with two pairs or more.
    """
    scores = cube(efficiency, value)
    if BASELINE not in scores.strategies:
        return np.empty(0)
    others = [name for name in scores.strategies if name != BASELINE]
    gaps = scores.of(others) - scores.of([BASELINE])
    deviations = paired(np.moveaxis(gaps, 1, -1)).deviation.ravel()
    return deviations[~np.isnan(deviations)]

"""Power of the paired t-test after correction, by the number of repetitions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import optimize, stats

from albench.analysis.comparison import ALPHA, FEWEST_PAIRS, side_by_side
from albench.analysis.curves import BASELINE, BLOCK

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

POWER = 0.8
LARGEST = 1e3
"""An effect that is found surely, in standard deviations."""


def power_of(
    effect: float, n_pairs: NDArray[np.integer], level: float = ALPHA
) -> NDArray[np.float64]:
    """Return the power of a paired t-test.

    Parameters
    ----------
    effect : float
        The true mean difference in standard deviations of the paired differences.
    n_pairs : ndarray of int, shape (n,)
        Repetitions; two at least.
    level : float
        The significance level: 0.05 divided by the number of comparisons it is corrected for.

    Returns
    -------
    ndarray of float, shape (n,)
        Probabilities that it is found with its own sign.
    """
    critical = stats.t.ppf(1 - level / 2, n_pairs - 1)
    power: NDArray[np.float64] = stats.nct.sf(critical, n_pairs - 1, abs(effect) * np.sqrt(n_pairs))
    return power


def detectable(n_pairs: int, level: float = ALPHA) -> float:
    """Return the smallest effect that is found with a power of 80 %.

    Parameters
    ----------
    n_pairs : int
        Repetitions.
    level : float
        The significance level.

    Returns
    -------
    float
        In standard deviations of the paired differences; infinite under six repetitions, which
        get no verdict.
    """
    if n_pairs < FEWEST_PAIRS:
        return float("inf")

    def missing(effect: float) -> float:
        return POWER - float(power_of(effect, np.array([n_pairs]), level)[0])

    return float(optimize.brentq(missing, 0.0, LARGEST))


def paired_deviations(efficiency: pd.DataFrame, value: str = "area") -> NDArray[np.float64]:
    """Return the standard deviations of differences to random over repetitions.

    Parameters
    ----------
    efficiency : DataFrame
        One row per cell: what `efficiency.cell_efficiency` gave.
    value : str
        A column of it.

    Returns
    -------
    ndarray of float, shape (n_comparisons,)
        Standard deviations, one a block and strategy with two pairs or more.
    """
    deviations = []
    for _, block in efficiency.groupby(BLOCK, sort=True):
        table = side_by_side(block, ["repetition"], value)
        if BASELINE in table:
            gaps = table.drop(columns=BASELINE).sub(table[BASELINE], axis=0)
            deviations.append(gaps.std(ddof=1).dropna().to_numpy(dtype=float))
    return np.concatenate(deviations) if deviations else np.empty(0)

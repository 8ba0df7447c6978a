"""Intervals that hold for all differences of a family at once, so that the best may be named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.analysis.curves import CONFIDENCE
from albench.analysis.students_t import quantile

if TYPE_CHECKING:
    from numpy.typing import NDArray


def widening(
    n_pairs: NDArray[np.float64], n_family: int | NDArray[np.integer]
) -> NDArray[np.float64]:
    """Return how much wider an interval must be to hold for a whole family (Šidák 1967).

    The best of many differences was chosen because it came out large, so its own interval covers
    the truth too rarely. Intervals that hold for all at once hold for whichever is chosen.

    Parameters
    ----------
    n_pairs : ndarray of float, shape (..., n)
        Paired repetitions of each difference.
    n_family : int, or ndarray of int, shape (..., 1)
        How many differences there are to choose from.

    Returns
    -------
    ndarray of float, shape (..., n)
        What the half width of Student's 95 % interval is multiplied by; NaN under two pairs.

    References
    ----------
    Šidák, Z. (1967). Rectangular confidence regions for the means of multivariate normal
    distributions. JASA 62, 626-633. A bootstrap of the largest t statistic (Westfall and Young
    1993) would use the correlation of the differences. With six or ten repetitions most of the
    width comes from estimating each spread, and it was hardly narrower on the committed results.
    """
    freedom = np.where(n_pairs >= 2, n_pairs - 1, np.nan)
    each = CONFIDENCE ** (1 / np.maximum(n_family, 1))
    wide, usual = (quantile((1 + share) / 2, freedom) for share in (each, CONFIDENCE))
    factors: NDArray[np.float64] = wide / usual
    return factors

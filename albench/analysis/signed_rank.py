"""The Bayesian signed-rank test: how probable worse, equal and better are."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SEED = 20140101
N_DRAWS = 2000
"""Draws of the posterior: a probability is right to about 0.01."""
PRIOR = 0.5
"""How many differences the prior counts as; it says that there is none."""


def probabilities(gaps: NDArray[np.float64], margin: float) -> tuple[float, float, float]:
    """Return the probabilities that the median difference is below, within and above a margin.

    Parameters
    ----------
    gaps : ndarray of float, shape (n,)
        Paired differences.
    margin : float
        The region of practical equivalence reaches from minus this to this.

    Returns
    -------
    worse, equal, better : float
        They sum to 1; NaN without a pair or a margin.

    References
    ----------
    Benavoli, A., Mangili, F., Corani, G., Zaffalon, M. and Ruggeri, F. (2014). A Bayesian Wilcoxon
    signed-rank test based on the Dirichlet process. ICML. The prior and the region of practical
    equivalence are those of Benavoli, Corani, Demšar and Zaffalon (2017), JMLR 18(77), section
    4.2.2; prior weight 0.5, placed on 0.
    """
    if not len(gaps) or np.isnan(margin):
        return float("nan"), float("nan"), float("nan")
    points = np.concatenate([[0.0], gaps])
    weights = _weights(len(gaps))
    # A Walsh average is compared with the margin, so that a sum is compared with twice as much;
    # what lies on the margin counts half on either side.
    beyond = np.heaviside(_walsh_sums(points, 2 * margin), 0.5)
    short = np.heaviside(_walsh_sums(-points, 2 * margin), 0.5)
    above, below = (((weights @ side) * weights).sum(axis=1) for side in (beyond, short))
    winners = np.argmax([below, 1 - above - below, above], axis=0)
    worse, equal, better = np.bincount(winners, minlength=3) / len(winners)
    return float(worse), float(equal), float(better)


def _walsh_sums(points: NDArray[np.float64], taken_off: float) -> NDArray[np.float64]:
    """Return all pairs' sums, less a number; rounded, so that equal is equal."""
    return (points[:, None] + points - taken_off).round(12)


@lru_cache(maxsize=32)
def _weights(n: int) -> NDArray[np.float64]:
    """Return draws of the Dirichlet weights of the prior and n differences; the same every time."""
    return np.random.default_rng(SEED).dirichlet([PRIOR, *[1.0] * n], N_DRAWS)

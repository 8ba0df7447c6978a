"""Coverage of large pools: both candidates and what is covered are a uniform sample.

A choice whose value is the mean over the pool of how well a row is covered, 0 to 1, is made within
a sample of m rows instead of all n. What that costs has a bound (Hoeffding 1963, Probability
inequalities for sums of bounded random variables; it holds without replacement too). With
probability 1 - delta, the sample's mean differs from the pool's by at most::

    epsilon = sqrt(log(2 c / delta) / (2 m))

for c sets of picks at once that are fixed before the sample is drawn. For every single one of m
candidates, each judged by the other rows, c is m: 0.012 with m = 50,000 and delta = 0.05. A greedy
choice looks at many sets; for each set of k of the m candidates at once, c is ``m choose k``: 0.085
with k = 100. Candidates outside the sample cannot be chosen; with probability 1 - delta, one of the
best ``log(1 / delta) / m`` of all is in it: of 1,000,000, one of the best 60.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from albench.api.large_pools import EXACT

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from albench.strategies.query import Picks

    Choose = Callable[[Picks | slice, int], Picks]


def within_a_sample(choose: Choose, usable: NDArray[np.bool_], rng: np.random.Generator) -> Choose:
    """Return a choice that looks at no more than `EXACT` rows, or as many as there are picks.

    Parameters
    ----------
    choose : callable
        As `albench.strategies.query.among_usable` takes it.
    usable : ndarray of bool, shape (n_pool,)
        The rows that may be chosen.
    rng : numpy.random.Generator
        Draws the sample; where rows are no more than `EXACT`, it is not drawn from.

    Returns
    -------
    callable
        Takes and returns what `choose` does; where rows are no more than `EXACT`, it is `choose`.
    """
    n_usable = int(np.count_nonzero(usable))
    if n_usable <= EXACT:
        return choose

    def within(rows: Picks | slice, k: int) -> Picks:
        sample = np.sort(rng.choice(n_usable, max(EXACT, k), replace=False, shuffle=False))
        return sample[choose(sample if isinstance(rows, slice) else rows[sample], k)]

    return within


def error_bound(m: int, k: int = 1, delta: float = 0.05) -> float:
    """Return how far coverage in a sample may be from coverage in the pool.

    Parameters
    ----------
    m : int
        Rows of the sample.
    k : int
        How many candidates are chosen: the bound holds for every set of so many at once.
    delta : float
        The probability that it does not hold.

    Returns
    -------
    float
        A difference of shares.

    Examples
    --------
    >>> round(error_bound(50_000), 3), round(error_bound(50_000, k=100), 3)
    (0.012, 0.085)
    """
    log_sets = math.lgamma(m + 1) - math.lgamma(k + 1) - math.lgamma(m - k + 1)
    return math.sqrt((log_sets + math.log(2 / delta)) / (2 * m))

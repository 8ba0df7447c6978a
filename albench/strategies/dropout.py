"""Uncertainty under dropout: several passes with dropout on, batch statistics untouched.

Gal, Islam & Ghahramani 2017. With the mean over passes in place of one pass, entropy becomes ESD,
the strategy of MMFN-AL (Gao et al. 2020). Variation ratios: Freeman 1965; mean standard deviation:
Kampffmeyer, Salberg & Jenssen 2016.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.api import needs, top
from albench.strategies.entropies import BLOCK, entropy, mean_proba
from albench.strategies.query import Floats, Picks, sized
from albench.strategies.uncertainty import lack_of_confidence, margin
from albench.strategies.votes import vote_shares

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from albench.api import PoolView


def mean_deviation(passes: Iterable[Floats]) -> NDArray[np.float64]:
    """Return the standard deviation over passes of each class's probability, mean over classes.

    Parameters
    ----------
    passes : iterable of ndarray, shape (n, n_classes)
        Probabilities of each pass; at least one. Only sums over passes are kept.

    Returns
    -------
    ndarray of float64, shape (n,)
        0 where all passes agree.
    """
    remaining = iter(passes)
    first = next(remaining)
    total, squares, count = first.astype(np.float64), np.square(first, dtype=np.float64), 1
    parts = [slice(start, start + BLOCK) for start in range(0, len(first), BLOCK)]
    for proba in remaining:
        for part in parts:
            total[part] += proba[part]
            squares[part] += np.square(proba[part], dtype=np.float64)
        count += 1
    out = np.empty(len(first))
    for part in parts:
        variance = squares[part] / count - np.square(total[part] / count)
        out[part] = np.sqrt(np.maximum(variance, 0.0)).mean(axis=1)
    return out


class EntropyDropout:
    """Chooses where the entropy of the mean over dropout passes is largest (ESD).

    Parameters
    ----------
    passes : int
        How many dropout passes.
    """

    needs = frozenset({needs.DROPOUT_PROBA})

    def __init__(self, passes: int = 10) -> None:
        self.passes = passes

    @sized
    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> Picks:
        """Return positions, largest entropy first; see `albench.api.QueryStrategy`."""
        return top(entropy(mean_proba(pool.dropout_proba(self.passes))), n, rng)


class MarginDropout:
    """Chooses where the two most likely classes of the mean over dropout passes are closest.

    Parameters
    ----------
    passes : int
        How many dropout passes.
    """

    needs = frozenset({needs.DROPOUT_PROBA})

    def __init__(self, passes: int = 10) -> None:
        self.passes = passes

    @sized
    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> Picks:
        """Return positions, smallest margin first; see `albench.api.QueryStrategy`."""
        return top(-margin(mean_proba(pool.dropout_proba(self.passes))), n, rng)


class LeastConfidentDropout:
    """Chooses where the most likely class of the mean over dropout passes is least likely.

    Parameters
    ----------
    passes : int
        How many dropout passes.
    """

    needs = frozenset({needs.DROPOUT_PROBA})

    def __init__(self, passes: int = 10) -> None:
        self.passes = passes

    @sized
    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> Picks:
        """Return positions, least confident first; see `albench.api.QueryStrategy`."""
        return top(lack_of_confidence(mean_proba(pool.dropout_proba(self.passes))), n, rng)


class VariationRatios:
    """Chooses where the fewest dropout passes agree on the most popular class.

    Parameters
    ----------
    passes : int
        How many dropout passes; few passes make many ties, which are broken at random.
    """

    needs = frozenset({needs.DROPOUT_PROBA})

    def __init__(self, passes: int = 10) -> None:
        self.passes = passes

    @sized
    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> Picks:
        """Return positions, most divided first; see `albench.api.QueryStrategy`."""
        return top(lack_of_confidence(vote_shares(pool.dropout_proba(self.passes))), n, rng)


class MeanDeviation:
    """Chooses where probabilities vary most over dropout passes.

    Parameters
    ----------
    passes : int
        How many dropout passes.
    """

    needs = frozenset({needs.DROPOUT_PROBA})

    def __init__(self, passes: int = 10) -> None:
        self.passes = passes

    @sized
    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> Picks:
        """Return positions, most variable first; see `albench.api.QueryStrategy`."""
        return top(mean_deviation(pool.dropout_proba(self.passes)), n, rng)

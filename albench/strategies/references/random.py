"""Random choice: uniform, and uniform over strata first.

Task-adapted random baselines: Lüth et al. 2025.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.api import needs
from albench.strategies.declaration import RANDOMISED, strategy
from albench.strategies.query import Picks, among_usable, finite_rows, sized

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from albench.api import PoolView


def round_robin(strata: NDArray[np.intp], rng: np.random.Generator) -> Picks:
    """Return all positions: one of each stratum in random order, then another of each, and so on.

    Parameters
    ----------
    strata : ndarray of int, shape (n,)
        The stratum of each position.
    rng : numpy.random.Generator
        Orders strata, and positions within a stratum.

    Returns
    -------
    ndarray of int, shape (n,)
        A permutation.
    """
    shuffled = rng.permutation(len(strata))
    by_stratum = shuffled[np.argsort(strata[shuffled], kind="stable")]
    ordered = strata[by_stratum]
    starts = np.searchsorted(ordered, ordered)  # where the stratum of each position begins
    lap = np.arange(len(strata)) - starts
    # A second draw orders each lap: by `shuffled`, large strata would tend to come first.
    return by_stratum[np.lexsort((rng.permutation(len(strata)), lap))]


@strategy(
    "random",
    "Uniform without replacement: what every other strategy must beat.",
    tags=RANDOMISED,
    citation="Cochran 1977, Sampling techniques (simple random sampling)",
)
class Random:
    """Chooses uniformly without replacement."""

    needs: frozenset[str] = frozenset()

    @sized
    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> Picks:
        """Return positions in random order; see `albench.api.QueryStrategy`."""
        return rng.permutation(len(pool))[:n]


@strategy(
    "random-class",
    "As many of each predicted class as there are, at random within a class.",
    tags=RANDOMISED,
    cost="n log n",
    citation="Lüth et al. 2025 (task-adapted random)",
)
class RandomClass:
    """Chooses as many of each predicted class as there are, at random within a class."""

    needs = frozenset({needs.PROBA})

    @sized
    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> Picks:
        """Return positions, one of each class at a time; see `albench.api.QueryStrategy`."""
        return among_usable(
            finite_rows(pool.proba),
            n,
            rng,
            lambda rows, k: round_robin(pool.proba[rows].argmax(axis=1), rng)[:k],
        )


@strategy(
    "random-subject",
    "Subjects uniformly, then one candidate of each, lap after lap.",
    tags=RANDOMISED,
    cost="n log n",
    citation="Lüth et al. 2025 (task-adapted random)",
)
class RandomSubject:
    """Chooses subjects uniformly, then one candidate of each: many frames buy no more turns."""

    needs: frozenset[str] = frozenset()

    @sized
    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> Picks:
        """Return positions, one of each subject at a time; see `albench.api.QueryStrategy`."""
        return round_robin(pool.subjects, rng)[:n]

"""Uniform random choice: what every other strategy must beat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench.strategies.query import Picks, sized

if TYPE_CHECKING:
    import numpy as np

    from albench.api import PoolView


class Random:
    """Chooses uniformly without replacement."""

    needs: frozenset[str] = frozenset()

    @sized
    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> Picks:
        """Return positions in random order; see `albench.api.QueryStrategy`."""
        return rng.permutation(len(pool))[:n]

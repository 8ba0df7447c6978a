"""BALD: what a label would say about the weights.

Houlsby et al. 2011; with dropout passes as samples of the weights, Gal, Islam & Ghahramani 2017.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench.api import needs, top
from albench.strategies.entropies import mutual_information
from albench.strategies.query import Picks, sized

if TYPE_CHECKING:
    import numpy as np

    from albench.api import PoolView


class Bald:
    """Chooses where label and weights share most information.

    Parameters
    ----------
    passes : int
        How many dropout passes; one gives 0 everywhere, a random choice.
    """

    needs = frozenset({needs.DROPOUT_PROBA})

    def __init__(self, passes: int = 10) -> None:
        self.passes = passes

    @sized
    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> Picks:
        """Return positions, most informative first; see `albench.api.QueryStrategy`."""
        return top(mutual_information(pool.dropout_proba(self.passes)), n, rng)

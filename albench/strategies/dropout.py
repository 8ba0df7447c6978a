"""Uncertainty under dropout: several passes with dropout on, batch statistics untouched.

Gal, Islam & Ghahramani 2017. With the mean over passes in place of one pass, entropy becomes ESD,
the strategy of MMFN-AL (Gao et al. 2020).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench.api import needs, top
from albench.strategies.entropies import entropy, mean_proba
from albench.strategies.query import Picks, sized

if TYPE_CHECKING:
    import numpy as np

    from albench.api import PoolView


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

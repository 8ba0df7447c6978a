"""Query by committee: heads that are initialised and trained apart, and where they disagree.

Vote entropy: Engelson & Dagan (Argamon-Engelson & Dagan) 1996-1999; Kullback-Leibler divergence to
the mean: McCallum & Nigam 1998.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench.api import needs, top
from albench.strategies.entropies import entropy, mutual_information
from albench.strategies.query import Picks, sized
from albench.strategies.votes import vote_shares

if TYPE_CHECKING:
    import numpy as np

    from albench.api import PoolView


class VoteEntropy:
    """Chooses where the entropy of the members' votes is largest.

    Parameters
    ----------
    members : int
        How many members vote.
    """

    needs = frozenset({needs.COMMITTEE_PROBA})

    def __init__(self, members: int = 5) -> None:
        self.members = members

    @sized
    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> Picks:
        """Return positions, most divided first; see `albench.api.QueryStrategy`."""
        return top(entropy(vote_shares(pool.committee_proba(self.members))), n, rng)


class MeanDivergence:
    """Chooses where the members are farthest from their mean, in Kullback-Leibler divergence.

    Parameters
    ----------
    members : int
        How many members there are.
    """

    needs = frozenset({needs.COMMITTEE_PROBA})

    def __init__(self, members: int = 5) -> None:
        self.members = members

    @sized
    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> Picks:
        """Return positions, farthest apart first; see `albench.api.QueryStrategy`."""
        # mean_m KL(p_m || mean p) is H(mean p) - mean_m H(p_m), which needs no second pass.
        return top(mutual_information(pool.committee_proba(self.members)), n, rng)

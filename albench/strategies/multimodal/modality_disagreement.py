"""Modality disagreement: what each modality alone would say, and how far apart that is.

The deep form of Co-Testing (Muslea, Minton & Knoblock 2006): the views are the modalities, each
seen by the network with the others at their mean vector.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench.api import needs, top
from albench.strategies.declaration import strategy
from albench.strategies.mathematics.entropies import mutual_information
from albench.strategies.query import Picks, sized

if TYPE_CHECKING:
    import numpy as np

    from albench.api import PoolView


@strategy(
    "modality-disagreement",
    "The modalities, each seen alone, predict differently.",
    modalities=(2, None),
    citation="the deep form of Co-Testing: Muslea, Minton & Knoblock 2006",
)
class ModalityDisagreement:
    """Chooses where the Jensen-Shannon divergence of the modalities' predictions is largest."""

    needs = frozenset({needs.MASKED_PROBA})

    @sized
    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> Picks:
        """Return positions, most divided first; see `albench.api.QueryStrategy`."""
        # The divergence is the entropy of the mean less the mean of the entropies, as in BALD.
        alone = (pool.masked_proba(name) for name in pool.modalities)
        return top(mutual_information(alone), n, rng)

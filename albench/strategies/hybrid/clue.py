"""CLUE: one candidate near each of b centroids, which uncertain candidates pull harder.

Prabhu et al. 2021, Active domain adaptation via clustering uncertainty-weighted embeddings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench.api import needs
from albench.strategies.coverage.k_means import k_means
from albench.strategies.declaration import RANDOMISED, strategy
from albench.strategies.mathematics.entropies import entropy
from albench.strategies.query import Picks, among_usable, finite_rows, sized

if TYPE_CHECKING:
    import numpy as np

    from albench.api import PoolView


@strategy(
    "clue",
    "One candidate near each of b centroids, weighted by entropy.",
    tags=RANDOMISED,
    cost="n b",
    citation="Prabhu et al. 2021, Active domain adaptation via clustering "
    "uncertainty-weighted embeddings",
)
class Clue:
    """Chooses one candidate near each of n centroids that uncertain candidates pull harder."""

    needs = frozenset({needs.PROBA, needs.EMBEDDINGS})

    @sized
    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> Picks:
        """Return positions, most uncertain cluster first; see `albench.api.QueryStrategy`."""
        features, weights = pool.embeddings, entropy(pool.proba)
        return among_usable(
            finite_rows(features, weights),
            n,
            rng,
            lambda rows, k: k_means(features[rows], k, rng, weights[rows]),
        )

"""One candidate near each of b centroids.

Zhdanov 2019, Diverse mini-batch active learning (without its preselection). Beyond 50,000
candidates centroids are found by mini-batches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench.api import needs
from albench.strategies.declaration import RANDOMISED, strategy
from albench.strategies.mathematics.approximate_clusters import k_means as cluster
from albench.strategies.mathematics.clusters import central_rows
from albench.strategies.query import Floats, Picks, among_usable, finite_rows, sized

if TYPE_CHECKING:
    import numpy as np

    from albench.api import PoolView


def k_means(
    features: Floats, n: int, rng: np.random.Generator, weights: Floats | None = None
) -> Picks:
    """Return the row nearest to each of `n` centroids, or fewer where rows coincide.

    The heaviest cluster comes first. `weights`, shape ``(n_pool,)``, say how much each row counts;
    None is one for all. Other arguments as in `albench.strategies`.
    """
    return central_rows(cluster(features, n, rng, weights=weights), weights, rng)


@strategy(
    "k-means",
    "One candidate near each of b centroids.",
    tags=RANDOMISED,
    cost="n b",
    citation="Zhdanov 2019, Diverse mini-batch active learning",
)
class KMeans:
    """Chooses one candidate near each of n centroids."""

    needs = frozenset({needs.EMBEDDINGS})

    @sized
    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> Picks:
        """Return positions, largest cluster first; see `albench.api.QueryStrategy`."""
        features = pool.embeddings
        return among_usable(
            finite_rows(features), n, rng, lambda rows, k: k_means(features[rows], k, rng)
        )

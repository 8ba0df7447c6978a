"""DropQuery: k-means among the candidates whose label does not survive feature dropout.

Gupte et al. 2024, Revisiting active learning in the era of vision foundation models. Features are
dropped before the network's own last layer, recovered from its probabilities (see
`recovered_head`), so that the rate is the strategy's and not the network's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.api import Option, needs, top
from albench.strategies.declaration import RANDOMISED, strategy
from albench.strategies.mathematics.approximate_clusters import k_means as cluster
from albench.strategies.mathematics.clusters import among, central_rows
from albench.strategies.mathematics.recovered_head import recovered_head
from albench.strategies.query import Floats, Picks, among_usable, filled, finite_rows, sized

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from albench.api import PoolView
    from albench.strategies.mathematics.clusters import Clusters
    from albench.strategies.mathematics.softmax_head import LinearHead

BLOCK = 8192


def share_changed(
    features: Floats, head: LinearHead, rate: float, passes: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return in what share of dropout passes each row's label differs from that without dropout.

    Parameters
    ----------
    features : ndarray, shape (n, D)
        Finite embeddings.
    head : LinearHead
        Gives the labels.
    rate : float
        The share of features dropped; the others are scaled up.
    passes : int
        How many.
    rng : numpy.random.Generator
        Draws the masks.

    Returns
    -------
    ndarray of float64, shape (n,)
        0 to 1.
    """
    changed = np.zeros(len(features))
    for start in range(0, len(features), BLOCK):
        part = slice(start, start + BLOCK)
        label = head.logits(features[part]).argmax(axis=1)
        for _ in range(passes):
            kept = rng.random(features[part].shape, dtype=np.float32) >= rate
            dropped = np.where(kept, features[part], 0) / np.float32(1 - rate)
            changed[part] += head.logits(dropped).argmax(axis=1) != label
    return changed / passes


def cluster_among(
    wanted: NDArray[np.bool_], features: Floats, n: int, rng: np.random.Generator
) -> Picks:
    """Return `n` rows: one near each of n centroids of the wanted rows, then wanted ones first.

    `wanted`, shape ``(n_pool,)``, says which rows may be chosen before others. Other arguments as
    in `albench.strategies`.
    """
    rows = np.flatnonzero(wanted)
    if len(rows) > n:
        clusters = _clusters_of(rows, wanted, features, n, rng)
        rows = rows[central_rows(clusters, None, rng)]
    return filled(rows, n, wanted, rng)


def _clusters_of(
    rows: Picks, wanted: NDArray[np.bool_], features: Floats, n: int, rng: np.random.Generator
) -> Clusters:
    if 2 * len(rows) <= len(features):
        return cluster(features[rows], n, rng)
    # Rows that count for nothing change no cluster, and most of a pool is not copied.
    return among(cluster(features, n, rng, weights=wanted.astype(np.float64)), rows)


def dropquery(features: Floats, changed: Floats, n: int, rng: np.random.Generator) -> Picks:
    """Return rows near centroids of those whose label changed in at least half of the passes.

    If fewer than `n` changed by half, they are the most changed ones. `changed`, shape
    ``(n_pool,)``, is what `share_changed` gave; other arguments as in `albench.strategies`.
    """
    wanted = changed >= 0.5
    if np.count_nonzero(wanted) < n:
        return top(changed, n, rng)
    return cluster_among(wanted, features, n, rng)


@strategy(
    "dropquery",
    "Diverse candidates whose label does not survive feature dropout.",
    options=(
        Option(
            name="passes",
            type=int,
            default=3,
            minimum=1,
            maximum=1000,
            help="how many times features are dropped",
        ),
        Option(
            name="rate",
            type=float,
            default=0.75,
            minimum=0.01,
            maximum=0.99,
            help="the share of features dropped",
        ),
    ),
    tags=RANDOMISED,
    cost="n b",
    citation="Gupte et al. 2024, Revisiting active learning in the era of vision foundation models",
    version=2,
)
class DropQuery:
    """Chooses diverse candidates whose label hangs on a few features.

    Parameters
    ----------
    passes : int
        How many times features are dropped.
    rate : float
        The share of features dropped.
    """

    needs = frozenset({needs.PROBA, needs.EMBEDDINGS})

    def __init__(self, passes: int = 3, rate: float = 0.75) -> None:
        self.passes = passes
        self.rate = rate

    @sized
    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> Picks:
        """Return positions, largest cluster first; see `albench.api.QueryStrategy`."""

        def choose(rows: Picks | slice, k: int) -> Picks:
            features = pool.embeddings[rows]
            head = recovered_head(features, pool.proba[rows])
            changed = share_changed(features, head, self.rate, self.passes, rng)
            return dropquery(features, changed, k, rng)

        return among_usable(finite_rows(pool.proba, pool.embeddings), n, rng, choose)

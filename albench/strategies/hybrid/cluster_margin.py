"""Cluster-Margin: small margins, spread over clusters, small clusters first.

Citovsky et al. 2021, Batch active learning at scale. Departures: the authors cluster the whole pool
once, before anything is trained; here the candidates of small margin are clustered, by the same
average linkage, into as many clusters as there are picks. Within a cluster the least margin comes
first, where the authors draw at random.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.api import Option, needs, top
from albench.strategies.declaration import strategy
from albench.strategies.mathematics.confidence import margin
from albench.strategies.query import Floats, Picks, among_usable, finite_rows, sized

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from albench.api import PoolView

LARGEST = 5000
"""Average linkage keeps all distances of a pair: over this many candidates, fewer are clustered."""


def round_robin(clusters: NDArray[np.intp], n: int) -> Picks:
    """Return `n` positions: the first of each cluster, small clusters first, then the second.

    Parameters
    ----------
    clusters : ndarray of int, shape (m,)
        The cluster of each position.
    n : int
        At most ``m``.

    Returns
    -------
    ndarray of int, shape (n,)
        Distinct positions.
    """
    sizes = np.bincount(clusters)
    by_cluster = np.argsort(clusters, kind="stable")
    ordered = clusters[by_cluster]
    laps = np.arange(len(clusters)) - np.searchsorted(ordered, ordered)
    return by_cluster[np.lexsort((by_cluster, sizes[ordered], laps))][:n]


def cluster_margin(
    margins: Floats, features: Floats, n: int, rng: np.random.Generator, factor: int = 10
) -> Picks:
    """Return `n` of the `factor` times `n` smallest margins, spread over clusters.

    `margins`, shape ``(n_pool,)``, are those of the two likeliest classes. Other arguments as in
    `albench.strategies`.
    """
    from scipy.cluster.hierarchy import fcluster, linkage

    near = top(-margins, max(n, min(factor * n, LARGEST)), rng)
    if len(near) == n:
        return near
    tree = linkage(features[near].astype(np.float64), method="average")
    return near[round_robin(fcluster(tree, n, criterion="maxclust"), n)]


@strategy(
    "cluster-margin",
    "Small margins, one of each cluster at a time.",
    options=(
        Option(
            name="factor",
            type=int,
            default=10,
            minimum=1,
            maximum=1000,
            help="how many small margins are clustered to each pick",
        ),
    ),
    citation="Citovsky et al. 2021, Batch active learning at scale",
)
class ClusterMargin:
    """Chooses small margins from many clusters.

    Parameters
    ----------
    factor : int
        How many small margins are clustered to each pick.
    """

    needs = frozenset({needs.PROBA, needs.EMBEDDINGS})

    def __init__(self, factor: int = 10) -> None:
        self.factor = factor

    @sized
    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> Picks:
        """Return positions, one of each cluster at a time; see `albench.api.QueryStrategy`."""
        margins, features = margin(pool.proba), pool.embeddings
        return among_usable(
            finite_rows(margins, features),
            n,
            rng,
            lambda rows, k: cluster_margin(margins[rows], features[rows], k, rng, self.factor),
        )

"""TypiClust: the most typical candidate of each large cluster that has no label yet.

Hacohen, Dekel & Weinshall 2022, Active learning on a budget. As in the authors' code, small
clusters are left out while others remain, and typicality looks at 20 neighbours at most.

Departures: small is under 5 here, up to 5 there; typicality averages distances, as the paper's
formula does, where the code averages their squares; and where a cluster gives more than one pick,
the second is the second most typical, where the code leaves the first one out and looks again. From
the same clusters of three bundled data sets 84 % of picks are the same
(``test_most_picks_are_those_of_the_authors_code``).

Beyond 50,000 candidates clusters are found by mini-batches, and within a cluster of more than that
neighbours by Faiss.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.api import Option, needs
from albench.api.large_pools import BOUNDED
from albench.strategies.declaration import RANDOMISED, strategy
from albench.strategies.mathematics.approximate_clusters import k_means
from albench.strategies.mathematics.approximate_neighbours import mean_neighbour_distance
from albench.strategies.mathematics.joined import Joined
from albench.strategies.query import Floats, Picks, among_usable, finite_rows, sized

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from albench.api import PoolView


def typical_rows(
    features: Floats,
    clusters: NDArray[np.intp],
    n_labelled: int,
    n: int,
    neighbours: int,
    rng: np.random.Generator,
) -> Picks:
    """Return up to `n` typical rows, clusters with the fewest labels and the most rows first.

    Parameters
    ----------
    features : ndarray, shape (n_pool, D)
        The pool.
    clusters : ndarray of int, shape (n_labelled + n_pool,)
        The cluster of each row, the labelled ones first.
    n_labelled : int
        How many rows are labelled.
    n : int
        1 to ``n_pool``.
    neighbours : int
        How many neighbours decide what is typical.
    rng : numpy.random.Generator
        Breaks ties.

    Returns
    -------
    ndarray of int, shape (n,)
        Distinct positions in the pool.
    """
    labels = np.bincount(clusters[:n_labelled], minlength=clusters.max() + 1)
    sizes = np.bincount(clusters, minlength=len(labels))
    order = np.lexsort((rng.permutation(len(sizes)), -sizes, labels, sizes < SMALL))
    ranked = []
    for cluster in order:
        rows = np.flatnonzero(clusters[n_labelled:] == cluster)
        if len(rows):
            ranked.append(rows[_by_typicality(features[rows], neighbours, rng)])
        if len(ranked) == n:
            break
    return _in_turns(ranked, n)


SMALL = 5
"""Clusters of fewer rows come last; in the authors' code those of as many too."""


def _by_typicality(rows: Floats, neighbours: int, rng: np.random.Generator) -> Picks:
    distance = mean_neighbour_distance(rows, min(neighbours, max(1, len(rows) // 2)))
    return np.lexsort((rng.permutation(len(rows)), distance))


def _in_turns(ranked: list[Picks], n: int) -> Picks:
    """Return the first of each list, then the second of each, and so on."""
    lists = np.repeat(np.arange(len(ranked)), [len(rows) for rows in ranked])
    laps = np.concatenate([np.arange(len(rows)) for rows in ranked])
    return np.concatenate(ranked)[np.lexsort((lists, laps))][:n]


def typiclust(
    features: Floats,
    labelled: Floats,
    n: int,
    rng: np.random.Generator,
    neighbours: int = 20,
    max_clusters: int = 500,
) -> Picks:
    """Return `n` typical rows of clusters that have no label yet.

    `neighbours` decide what is typical. There is a cluster for each label and each pick, and
    `max_clusters` at most. Other arguments as in `albench.strategies`.
    """
    n_clusters = min(len(labelled) + n, max_clusters)
    clusters = k_means(Joined(labelled, features), n_clusters, rng).assignment
    return typical_rows(features, clusters, len(labelled), n, neighbours, rng)


@strategy(
    "typiclust",
    "What is typical of the large clusters that have no label yet.",
    options=(
        Option(
            name="neighbours",
            type=int,
            default=20,
            minimum=1,
            maximum=10_000,
            help="how many neighbours decide what is typical",
        ),
        Option(
            name="max_clusters",
            type=int,
            default=500,
            minimum=1,
            maximum=100_000,
            help="the largest number of clusters",
        ),
    ),
    tags=RANDOMISED | {BOUNDED},
    cost="n^2",
    citation="Hacohen, Dekel & Weinshall 2022, Active learning on a budget",
)
class TypiClust:
    """Chooses what is typical of the parts of the pool that have no label yet.

    Parameters
    ----------
    neighbours : int
        How many neighbours decide what is typical.
    max_clusters : int
        The largest number of clusters.
    """

    needs = frozenset({needs.EMBEDDINGS})

    def __init__(self, neighbours: int = 20, max_clusters: int = 500) -> None:
        self.neighbours = neighbours
        self.max_clusters = max_clusters

    @sized
    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> Picks:
        """Return positions, largest uncovered cluster first; see `albench.api.QueryStrategy`."""
        features, labelled = pool.embeddings, pool.labelled_embeddings
        labelled = labelled[finite_rows(labelled)]
        return among_usable(
            finite_rows(features),
            n,
            rng,
            lambda rows, k: typiclust(
                features[rows], labelled, k, rng, self.neighbours, self.max_clusters
            ),
        )

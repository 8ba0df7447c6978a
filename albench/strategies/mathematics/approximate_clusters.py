"""k-means on sets of any size: Lloyd's up to `EXACT` rows, by mini-batches beyond.

Sculley 2010, Web-scale k-means clustering, as scikit-learn has it: centres move towards the rows of
one small batch after another, each by the inverse of how many rows it has had. At the end every row
is assigned to its nearest centre, so that clusters are those of the centres found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.api.large_pools import EXACT
from albench.strategies.mathematics import clusters as exact
from albench.strategies.mathematics.clusters import Clusters, nearest_centres, norms_of

if TYPE_CHECKING:
    from albench.strategies.mathematics.joined import Rows
    from albench.strategies.query import Floats, Picks

BATCH = 5_000
"""Rows in a batch; three for each cluster, where that is more."""

SHOWN = 250_000
"""Rows in all batches together, or once all rows, where that is less."""


def k_means(
    features: Rows, n_clusters: int, rng: np.random.Generator, *, weights: Floats | None = None
) -> Clusters:
    """Return clusters from one k-means++ start; those of `clusters.k_means` up to `EXACT` rows.

    Arguments as there. Beyond that `rng` draws the batches too, and some clusters may be empty.
    """
    if len(features) <= EXACT:
        return exact.k_means(features, n_clusters, rng, weights=weights)
    centres = _centres(features, n_clusters, rng, weights)
    assignment, distance = nearest_centres(features, norms_of(features), centres)
    return Clusters(assignment, distance, len(centres))


def _centres(
    features: Rows, n_clusters: int, rng: np.random.Generator, weights: Floats | None
) -> Floats:
    from sklearn.cluster import MiniBatchKMeans

    weights = None if weights is None or not weights.any() else weights
    rows = np.arange(len(features)) if weights is None else np.flatnonzero(weights)
    n_clusters = min(n_clusters, len(rows))
    learner = MiniBatchKMeans(n_clusters, n_init=1, random_state=int(rng.integers(2**31)))
    for batch in _batches(rows, max(BATCH, 3 * n_clusters), rng):
        of_batch = None if weights is None else weights[batch]
        learner.partial_fit(features[batch], sample_weight=of_batch)
    centres: Floats = learner.cluster_centers_
    return centres.astype(features.dtype, copy=False)


def _batches(rows: Picks, size: int, rng: np.random.Generator) -> list[Picks]:
    """Return random rows in batches, in ascending order within each."""
    shown = rng.permutation(rows)[: max(SHOWN, size)]
    # Rows too few for another batch are left out: a batch must hold a row for each centre.
    ends = range(size, max(len(shown), size) + 1, size)
    return [np.sort(shown[end - size : end]) for end in ends]

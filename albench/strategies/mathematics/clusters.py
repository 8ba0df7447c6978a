"""Lloyd's k-means with weights, in blocks of matrix products."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from albench.strategies.mathematics.distances import squared_distances, squared_norms
from albench.strategies.mathematics.joined import blocks
from albench.strategies.mathematics.kmeans_pp import k_means_pp

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from albench.strategies.mathematics.joined import Rows
    from albench.strategies.query import Floats, Picks

BLOCK = 2**20
"""The largest number of distances held at once."""


@dataclass(frozen=True)
class Clusters:
    """What k-means found.

    Parameters
    ----------
    assignment : ndarray of int, shape (n,)
        The cluster of each row.
    distance : ndarray, shape (n,)
        The squared distance of each row to its cluster's centre.
    n_clusters : int
        How many there are; some may be empty.
    """

    assignment: NDArray[np.intp]
    distance: Floats
    n_clusters: int


def k_means(
    features: Rows,
    n_clusters: int,
    rng: np.random.Generator,
    *,
    weights: Floats | None = None,
    iterations: int = 30,
) -> Clusters:
    """Return clusters from one k-means++ start.

    Parameters
    ----------
    features : ndarray or Joined, shape (n, D)
        Finite vectors, at least one.
    n_clusters : int
        How many; fewer are made where rows are fewer or coincide.
    rng : numpy.random.Generator
        Draws the start.
    weights : ndarray, shape (n,), or None
        How much each row counts; None is one for all, and so is zero for all.
    iterations : int
        The largest number of rounds.

    Returns
    -------
    Clusters
        Of the last round.
    """
    norms = norms_of(features)
    weights = np.ones(len(features)) if weights is None or not weights.any() else weights

    def distance_to(position: int) -> Floats:
        one = slice(position, position + 1)
        row = features[one]
        to_one = [
            squared_distances(features[part], row, norms[part], norms[one])[:, 0]
            for part in blocks(features)
        ]
        return np.concatenate(to_one)

    seeds = k_means_pp(
        distance_to,
        min(n_clusters, len(features)),
        rng,
        weights=weights,
        n_rows=len(features),
    )
    centres = features[seeds]
    assignment, distance = nearest_centres(features, norms, centres)
    for _ in range(iterations):
        centres = _means(features, assignment, weights, centres)
        before, (assignment, distance) = assignment, nearest_centres(features, norms, centres)
        if np.array_equal(before, assignment):
            break
    return Clusters(assignment, distance, len(centres))


def norms_of(features: Rows) -> Floats:
    """Return the squared length of each row.

    Parameters
    ----------
    features : ndarray or Joined, shape (n, D)
        Vectors.

    Returns
    -------
    ndarray, shape (n,)
        In the precision of `features`.
    """
    return np.concatenate([squared_norms(features[part]) for part in blocks(features)])


def nearest_centres(
    features: Rows, norms: Floats, centres: Floats
) -> tuple[NDArray[np.intp], Floats]:
    """Return the nearest centre of each row, and the squared distance to it.

    Parameters
    ----------
    features : ndarray or Joined, shape (n, D)
        Finite vectors.
    norms : ndarray, shape (n,)
        Their squared lengths.
    centres : ndarray, shape (k, D)
        At least one.

    Returns
    -------
    ndarray of int, shape (n,)
        The first of equals.
    ndarray, shape (n,)
        In the precision of `norms`.
    """
    assignment = np.empty(len(features), dtype=np.intp)
    distance = np.empty_like(norms)
    centre_norms = squared_norms(centres)
    step = max(1, BLOCK // len(centres))
    for start in range(0, len(features), step):
        part = slice(start, start + step)
        squared = squared_distances(features[part], centres, norms[part], centre_norms)
        assignment[part] = squared.argmin(axis=1)
        distance[part] = squared[np.arange(len(squared)), assignment[part]]
    return assignment, distance


def _means(
    features: Rows, assignment: NDArray[np.intp], weights: Floats, centres: Floats
) -> Floats:
    from scipy.sparse import csr_array

    k, dtype = len(centres), centres.dtype
    sums = np.zeros_like(centres)
    for part in blocks(features):
        n = part.stop - part.start
        share = weights[part].astype(dtype), (assignment[part], np.arange(n))
        sums += csr_array(share, shape=(k, n)) @ features[part]
    mass = np.bincount(assignment, weights, minlength=k)
    filled = mass > 0
    means = centres.copy()  # an empty cluster stays where it is
    means[filled] = sums[filled] / mass[filled, None].astype(dtype)
    return means


def among(clusters: Clusters, rows: Picks) -> Clusters:
    """Return the clusters of some rows alone: position ``i`` is row ``rows[i]``."""
    return Clusters(clusters.assignment[rows], clusters.distance[rows], clusters.n_clusters)


def central_rows(clusters: Clusters, weights: Floats | None, rng: np.random.Generator) -> Picks:
    """Return the row nearest to the centre of each cluster that has one, heaviest cluster first.

    `weights`, shape ``(n,)``, say how much each row counts; None is one for all. Positions are
    distinct, at most one a cluster.
    """
    shuffled = rng.permutation(len(clusters.assignment))
    by_distance = shuffled[np.lexsort((clusters.distance[shuffled], clusters.assignment[shuffled]))]
    filled, first = np.unique(clusters.assignment[by_distance], return_index=True)
    mass = np.bincount(clusters.assignment, weights, minlength=clusters.n_clusters)
    return by_distance[first][np.argsort(-mass[filled], kind="stable")]

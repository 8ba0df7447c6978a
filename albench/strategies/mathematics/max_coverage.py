"""Greedy maximum coverage of the pool by what is labelled or picked.

The objective is ``sum over x of w(x) max over z of s(x, z)``, z in the labelled set or picked, and
s a similarity of 0 to 1. It is monotone and submodular, so it is maximised lazily.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.strategies.mathematics.distances import (
    squared_distances,
    squared_from_products,
    squared_norms,
)
from albench.strategies.mathematics.greedy import lazy_greedy
from albench.strategies.mathematics.neighbours import BLOCK

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from albench.strategies.query import Floats, Picks

    Similarity = Callable[[Floats], Floats]


def ball(radius: float) -> Similarity:
    """Return a similarity that is 1 up to `radius` and 0 beyond.

    Parameters
    ----------
    radius : float
        A Euclidean distance.

    Returns
    -------
    callable
        From squared distances to similarities.
    """
    return lambda squared: (squared <= radius * radius).astype(squared.dtype)


def gaussian(width: float) -> Similarity:
    """Return the similarity ``exp(-d^2 / (2 width^2))``.

    Parameters
    ----------
    width : float
        A Euclidean distance, over 0.

    Returns
    -------
    callable
        From squared distances, which it overwrites, to similarities.
    """
    return lambda squared: np.exp(np.multiply(squared, -0.5 / width**2, out=squared), out=squared)


class Cover:
    """How far the pool is covered, and what a candidate would add.

    Parameters
    ----------
    features : ndarray, shape (n_pool, D)
        Finite vectors.
    labelled : ndarray, shape (n_labelled, D)
        Finite vectors that cover already.
    similarity : callable
        From squared distances to 0..1.
    weights : ndarray, shape (n_pool,)
        How much covering each row is worth, 0 or more.
    by_direction : bool
        Whether all vectors count as scaled to length one; the pool's are not copied for that.
    """

    def __init__(
        self,
        features: Floats,
        labelled: Floats,
        similarity: Similarity,
        weights: Floats,
        *,
        by_direction: bool = False,
    ) -> None:
        self.features = features
        self.norms = squared_norms(features)
        self.lengths: Floats | None = None
        if by_direction:
            self.lengths = _lengths(self.norms)
            self.norms = np.asarray(self.norms / self.lengths**2)
            labelled = unit_rows(labelled)
        self.similarity = similarity
        self.weights = np.asarray(weights, dtype=np.float64)
        self.covered = np.zeros(len(features), dtype=features.dtype)
        if len(labelled):
            norms = squared_norms(labelled)
            step = max(1, BLOCK // len(labelled))
            for start in range(0, len(features), step):
                part = slice(start, start + step)
                squared = squared_distances(self._rows(part), labelled, self.norms[part], norms)
                self.covered[part] = similarity(squared).max(axis=1)

    def gains(self, positions: Picks) -> NDArray[np.float64]:
        """Return what each of some candidates would add.

        Parameters
        ----------
        positions : ndarray of int, shape (k,)
            Candidates.

        Returns
        -------
        ndarray of float64, shape (k,)
            0 or more.
        """
        out = np.empty(len(positions))
        step = max(1, 2**20 // len(self.features))
        for start in range(0, len(positions), step):
            part = positions[start : start + step]
            added = self._similarities(part) - self.covered
            out[start : start + step] = np.maximum(added, 0, out=added) @ self.weights
        return out

    def accept(self, position: int) -> None:
        """Let a candidate cover what it can.

        Parameters
        ----------
        position : int
            The candidate.
        """
        np.maximum(self.covered, self._similarities(np.array([position]))[0], out=self.covered)

    def _similarities(self, positions: Picks) -> Floats:
        products = self._rows(positions) @ self.features.T
        if self.lengths is not None:
            products /= self.lengths
        return self.similarity(squared_from_products(products, self.norms[positions], self.norms))

    def _rows(self, rows: slice | Picks) -> Floats:
        vectors = self.features[rows]
        return vectors if self.lengths is None else np.asarray(vectors / self.lengths[rows, None])


def max_coverage(cover: Cover, n: int, rng: np.random.Generator) -> Picks:
    """Return `n` rows, each covering most of what is not covered yet; `cover` is used up.

    Arguments as in `albench.strategies`.
    """
    everyone = np.arange(len(cover.features))
    return lazy_greedy(cover.gains(everyone), cover.gains, cover.accept, n, rng)


def unit_rows(features: Floats) -> Floats:
    """Return a copy of the rows scaled to length one; a row of zeros stays."""
    return np.asarray(features / _lengths(squared_norms(features))[:, None])


def _lengths(norms: Floats) -> Floats:
    lengths: Floats = np.sqrt(norms)
    lengths[lengths == 0] = 1
    return lengths

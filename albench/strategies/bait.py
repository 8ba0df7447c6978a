"""BAIT: the query after which the Fisher information of the pool costs least.

Ash et al. 2021, Gone fishing: neural active learning with Fisher embeddings. Twice the query is
chosen greedily, then what is missed least is dropped. The Fisher information is that of the last
layer, in full; where it would have more than `max_parameters` rows, embeddings are first projected
on their principal directions. Departure: the authors' code weighs labelled and new candidates by
their shares of the query, here both are summed.

With M the information of the labelled and the picks, F that of the pool, and V the root of a
candidate's own (``n_classes`` columns), adding the candidate lowers tr[M^-1 F] by
``tr[(I + V' M^-1 V)^-1 V' M^-1 F M^-1 V]``. For every candidate only the two
``(n_classes, n_classes)`` blocks are kept, and each pick changes them by products of low rank.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.api import needs
from albench.strategies.greedy import best
from albench.strategies.query import Floats, Picks, among_usable, finite_rows, sized

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from albench.api import PoolView

    Matrices = NDArray[np.float64]


def fisher_roots(proba: Floats) -> Matrices:
    """Return the root of each row's ``diag p - p p'``.

    Parameters
    ----------
    proba : ndarray, shape (n, n_classes)
        Rows sum to one.

    Returns
    -------
    ndarray of float64, shape (n, n_classes, n_classes)
        Column ``c`` is ``sqrt(p_c) (e_c - p)``: the gradient of class c, weighted by its chance.
    """
    p = np.maximum(proba.astype(np.float64), 0)
    deviations = np.eye(p.shape[1]) - p[:, :, None]  # row, logit, class
    return np.asarray(deviations * np.sqrt(p)[:, None, :])


def fisher(features: Matrices, roots: Matrices) -> Matrices:
    """Return the sum of the Fisher information of some rows.

    Parameters
    ----------
    features : ndarray, shape (n, D)
        Vectors.
    roots : ndarray, shape (n, n_classes, n_classes)
        What `fisher_roots` gave.

    Returns
    -------
    ndarray of float64, shape (n_classes * D, n_classes * D)
        Ordered by class, then dimension.
    """
    n_classes, dimensions = roots.shape[1], features.shape[1]
    out = np.empty((n_classes, dimensions, n_classes, dimensions))
    curvature = roots @ roots.swapaxes(1, 2)
    for i in range(n_classes):
        for j in range(i + 1):
            out[i, :, j] = features.T @ (curvature[:, i, j, None] * features)
            out[j, :, i] = out[i, :, j].T
    return out.reshape(n_classes * dimensions, -1)


class Information:
    """The inverse information of what is labelled and picked, as some candidates see it.

    Parameters
    ----------
    features : ndarray, shape (n, D)
        The candidates.
    roots : ndarray, shape (n, n_classes, n_classes)
        What `fisher_roots` gave for them.
    known : ndarray, shape (n_classes * D, n_classes * D)
        The information of the labelled set and the ridge; it can be inverted.
    wanted : ndarray, shape (n_classes * D, n_classes * D)
        The information of the pool.
    """

    def __init__(
        self, features: Matrices, roots: Matrices, known: Matrices, wanted: Matrices
    ) -> None:
        self.features = features
        self.roots = roots
        self.wanted = wanted
        self.inverse = np.asarray(np.linalg.inv(known), dtype=np.float64)
        self.spread = self._blocks(self.inverse)
        self.stake = self._blocks(self.inverse @ wanted @ self.inverse)

    def _blocks(self, matrix: Matrices) -> Matrices:
        """Return ``V' matrix V`` of every candidate."""
        n, n_classes = self.roots.shape[:2]
        parts = matrix.reshape(n_classes, -1, n_classes, self.features.shape[1])
        inner = np.empty((n, n_classes, n_classes))
        for i in range(n_classes):
            for j in range(i + 1):  # the matrix is symmetric
                inner[:, i, j] = ((self.features @ parts[i, :, j]) * self.features).sum(axis=1)
                inner[:, j, i] = inner[:, i, j]
        return np.asarray(self.roots.swapaxes(1, 2) @ inner @ self.roots)

    def keep(self, rows: Picks) -> None:
        """Forget all candidates but some.

        Parameters
        ----------
        rows : ndarray of int
            Which to keep, in the order they shall have.
        """
        self.features, self.roots = self.features[rows], self.roots[rows]
        self.spread, self.stake = self.spread[rows], self.stake[rows]

    def changes(self, sign: float) -> NDArray[np.float64]:
        """Return how far the trace falls if a candidate is added (1) or rises if removed (-1).

        Parameters
        ----------
        sign : float
            1 or -1.

        Returns
        -------
        ndarray of float64, shape (n,)
            0 or more.
        """
        inner = np.eye(self.roots.shape[1]) + sign * self.spread
        return np.asarray(np.trace(np.linalg.solve(inner, self.stake), axis1=1, axis2=2))

    def update(self, row: int, sign: float) -> None:
        """Add a candidate to what is known (1), or remove it (-1), by the Woodbury identity.

        Parameters
        ----------
        row : int
            Which candidate.
        sign : float
            1 or -1.
        """
        n_classes = self.roots.shape[1]
        root = (self.roots[row][:, None] * self.features[row][:, None]).reshape(-1, n_classes)
        reached = self.inverse @ root
        middle = sign * np.linalg.inv(np.eye(n_classes) + sign * root.T @ reached)
        # M^-1 falls by N m N', so M^-1 F M^-1 by P m N' + its transpose - N m N' F N m N', half of
        # which goes with each of the first two.
        pulled = self.inverse @ (self.wanted @ reached)
        pulled -= 0.5 * reached @ (middle @ (reached.T @ self.wanted @ reached))
        near, far = self._seen(reached), self._seen(pulled)
        across = (near @ middle).swapaxes(1, 2)
        self.inverse = self.inverse - reached @ middle @ reached.T
        self.spread = self.spread - near @ across
        change = far @ across
        self.stake = self.stake - change - change.swapaxes(1, 2)

    def _seen(self, directions: Matrices) -> Matrices:
        """Return ``V' directions`` of every candidate."""
        n, n_classes = self.roots.shape[:2]
        by_dimension = directions.reshape(n_classes, -1, n_classes).swapaxes(0, 1)
        inner = self.features @ by_dimension.reshape(self.features.shape[1], -1)
        return np.asarray(self.roots.swapaxes(1, 2) @ inner.reshape(n, n_classes, n_classes))


def bait(information: Information, n: int, rng: np.random.Generator) -> Picks:
    """Return `n` candidates: twice as many are added, then those missed least are removed.

    Parameters
    ----------
    information : Information
        Of the labelled set, as the pool sees it; it is used up.
    n : int
        1 to ``n_pool``.
    rng : numpy.random.Generator
        Breaks ties.

    Returns
    -------
    ndarray of int, shape (n,)
        Distinct positions, in order of choice.
    """
    picks: list[int] = []
    for _ in range(min(2 * n, len(information.features))):
        falls = information.changes(1.0)
        falls[picks] = -np.inf
        picks.append(best(falls, rng))
        information.update(picks[-1], 1.0)
    chosen = np.array(picks)
    information.keep(chosen)
    while len(chosen) > n:
        drop = best(-information.changes(-1.0), rng)
        information.update(drop, -1.0)
        left = np.delete(np.arange(len(chosen)), drop)
        information.keep(left)
        chosen = chosen[left]
    return chosen


def principal_directions(features: Floats, dimensions: int) -> Matrices:
    """Return the directions in which vectors are largest, around zero.

    Parameters
    ----------
    features : ndarray, shape (n, D)
        Vectors, not centred: the classifier sees them as they are.
    dimensions : int
        How many directions.

    Returns
    -------
    ndarray of float64, shape (D, min(dimensions, D))
        Orthonormal columns.
    """
    values, vectors = np.linalg.eigh((features.T @ features).astype(np.float64))
    return np.asarray(vectors[:, np.argsort(-values)[:dimensions]])


class Bait:
    """Chooses the query after which the last layer is best known where the pool needs it.

    Parameters
    ----------
    ridge : float
        The information that is there without labels, in every direction.
    max_parameters : int
        The largest number of classes times dimensions.
    """

    needs = frozenset({needs.PROBA, needs.EMBEDDINGS})

    def __init__(self, ridge: float = 1.0, max_parameters: int = 1024) -> None:
        self.ridge = ridge
        self.max_parameters = max_parameters

    @sized
    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> Picks:
        """Return positions in order of choice; see `albench.api.QueryStrategy`."""
        known = finite_rows(pool.labelled_proba, pool.labelled_embeddings)

        def choose(rows: Picks | slice, k: int) -> Picks:
            features, proba = pool.embeddings[rows], pool.proba[rows]
            dimensions = max(1, self.max_parameters // proba.shape[1])
            axes = principal_directions(features, dimensions)
            seen, roots = features.astype(np.float64) @ axes, fisher_roots(proba)
            wanted = fisher(seen, roots) / len(seen)
            labelled = fisher(
                pool.labelled_embeddings[known].astype(np.float64) @ axes,
                fisher_roots(pool.labelled_proba[known]),
            )
            prior = self.ridge * np.eye(len(wanted))
            return bait(Information(seen, roots, labelled + prior, wanted), k, rng)

        return among_usable(finite_rows(pool.proba, pool.embeddings), n, rng, choose)

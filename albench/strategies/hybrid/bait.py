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

from albench.api import Option, needs
from albench.strategies.declaration import strategy
from albench.strategies.mathematics.greedy import best
from albench.strategies.mathematics.joined import blocks
from albench.strategies.query import Floats, Picks, among_usable, finite_rows, sized

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from albench.api import PoolView

    Matrices = NDArray[np.float64]


def fisher_roots(proba: Floats) -> Matrices:
    """Return the root of each row's ``diag p - p p'``, ``(n, n_classes, n_classes)`` in float64.

    Column ``c`` is ``sqrt(p_c) (e_c - p)``: the gradient of class c, weighted by its chance.
    """
    p = np.maximum(proba.astype(np.float64), 0)
    deviations = np.eye(p.shape[1]) - p[:, :, None]  # row, logit, class
    return np.asarray(deviations * np.sqrt(p)[:, None, :])


BLOCK = 512
"""Candidates at a time: their matrices in float64 are never there for a whole pool."""

FIRST = 16
"""How many candidates are computed before any is left out."""

ROUNDING = 1e-4
"""How far the kept matrices, in float32 perhaps, may be from what they stand for."""


def fisher(features: Floats, proba: Floats) -> Matrices:
    """Return the sum of the Fisher information of some rows, by class, then dimension.

    Rows have vectors, ``(n, D)``, and probabilities, ``(n, n_classes)``. The sum is of float64 and
    of shape ``(n_classes * D, n_classes * D)``.
    """
    n_classes, dimensions = proba.shape[1], features.shape[1]
    out = np.zeros((n_classes, dimensions, n_classes, dimensions))
    for part in blocks(features, BLOCK):
        rows, roots = features[part].astype(np.float64), fisher_roots(proba[part])
        curvature = roots @ roots.swapaxes(1, 2)
        for i in range(n_classes):
            for j in range(i + 1):
                out[i, :, j] += rows.T @ (curvature[:, i, j, None] * rows)
    for i in range(n_classes):
        for j in range(i):
            out[j, :, i] = out[i, :, j].T
    return out.reshape(n_classes * dimensions, -1)


class Information:
    """The inverse information of what is labelled and picked, as some candidates see it.

    What is kept of every candidate is in the precision of `features`, the rest in float64.

    Parameters
    ----------
    features : ndarray, shape (n, D)
        The candidates.
    proba : ndarray, shape (n, n_classes)
        Their probabilities.
    labelled : ndarray, shape (n_classes * D, n_classes * D)
        The information of the labelled set and the ridge; it can be inverted, and is used up.
    wanted : ndarray, shape (n_classes * D, n_classes * D)
        The information of the pool.
    """

    def __init__(
        self, features: Floats, proba: Floats, labelled: Matrices, wanted: Matrices
    ) -> None:
        from scipy.linalg import inv

        self.features = features
        self.proba = proba
        self.wanted = wanted
        # In place: a symmetric matrix is its own transpose, which LAPACK need not copy.
        self.inverse: Matrices = inv(labelled.T, overwrite_a=True).T  # rows together, for updates
        self.spread = self._within(self.inverse)
        self.stake = self._within(self.inverse @ wanted @ self.inverse)

    def _within(self, matrix: Matrices) -> Floats:
        """Return ``V' matrix V`` of every candidate."""
        n, n_classes = self.proba.shape
        parts = matrix.reshape(n_classes, -1, n_classes, self.features.shape[1])
        out = np.empty((n, n_classes, n_classes), dtype=self.features.dtype)
        for part in blocks(self.features, BLOCK):
            rows, proba = self.features[part].astype(np.float64), self.proba[part]
            inner = np.empty((len(rows), n_classes, n_classes))
            for i in range(n_classes):
                for j in range(i + 1):  # the matrix is symmetric
                    inner[:, i, j] = ((rows @ parts[i, :, j]) * rows).sum(axis=1)
                    inner[:, j, i] = inner[:, i, j]
            out[part] = _by_roots(proba, _by_roots(proba, inner).swapaxes(1, 2))
        return out

    def keep(self, rows: Picks) -> None:
        """Forget all candidates but some.

        Parameters
        ----------
        rows : ndarray of int
            Which to keep, in the order they shall have.
        """
        self.features, self.proba = self.features[rows], self.proba[rows]
        self.spread, self.stake = self.spread[rows], self.stake[rows]

    def changes(self, sign: float, rows: Picks | None = None) -> NDArray[np.float64]:
        """Return how far the trace falls if a candidate is added (1) or rises if removed (-1).

        Parameters
        ----------
        sign : float
            1 or -1.
        rows : ndarray of int or None
            Which candidates; all by default.

        Returns
        -------
        ndarray of float64, shape (n,)
            0 or more.
        """
        spread = self.spread if rows is None else self.spread[rows]
        stake = self.stake if rows is None else self.stake[rows]
        one = np.eye(self.proba.shape[1])
        out = np.empty(len(spread))
        for part in blocks(spread, BLOCK):
            inner = one + sign * spread[part].astype(np.float64)
            gained = np.linalg.solve(inner, stake[part].astype(np.float64))
            out[part] = np.trace(gained, axis1=1, axis2=2)
        return out

    def falls(self, picks: list[int]) -> NDArray[np.float64]:
        """Return how far the trace falls if a candidate is added, where that may be the most.

        The spread is positive semidefinite, so no fall is more than the trace of the stake: those
        whose trace is less than a fall already seen need not be computed.

        Parameters
        ----------
        picks : list of int
            What has been added before.

        Returns
        -------
        ndarray of float64, shape (n,)
            -inf for the picks and for those that cannot be the most.
        """
        bounds = np.einsum("nii->n", self.stake, dtype=np.float64)
        bounds[picks] = -np.inf
        falls = np.full(len(bounds), -np.inf)
        first = np.argpartition(-bounds, min(FIRST, len(bounds)) - 1)[:FIRST]
        first = first[bounds[first] > -np.inf]
        falls[first] = self.changes(1.0, first)
        bounds[first] = -np.inf
        rest = np.flatnonzero(bounds >= falls.max() - ROUNDING * abs(falls.max()))
        falls[rest] = self.changes(1.0, rest)
        return falls

    def update(self, row: int, sign: float) -> None:
        """Add a candidate to what is known (1), or remove it (-1), by the Woodbury identity."""
        from scipy.linalg.blas import dgemm

        n_classes = self.proba.shape[1]
        root = fisher_roots(self.proba[row : row + 1])[0]
        features = self.features[row].astype(np.float64)
        # The candidate's own columns are `root` times `features`: one after the other is cheaper.
        reached = (self.inverse.reshape(-1, len(features)) @ features).reshape(-1, n_classes) @ root
        own = root.T @ (features @ reached.reshape(n_classes, -1, n_classes))
        middle = sign * np.linalg.inv(np.eye(n_classes) + sign * own)
        # M^-1 falls by N m N', so M^-1 F M^-1 by P m N' + its transpose - N m N' F N m N', half of
        # which goes with each of the first two.
        wanted = self.wanted @ reached
        pulled = self.inverse @ wanted
        pulled -= 0.5 * reached @ (middle @ (reached.T @ wanted))
        # In place. A symmetric matrix is its own transpose, which is what BLAS takes for one.
        dgemm(-1, reached @ middle, reached, 1, self.inverse.T, trans_b=True, overwrite_c=True)
        middle = middle.astype(self.features.dtype)
        near_of, far_of = self._by_dimension(reached), self._by_dimension(pulled)
        for part in blocks(self.features, BLOCK):
            near, far = self._seen(near_of, part), self._seen(far_of, part)
            across = np.ascontiguousarray((near @ middle).swapaxes(1, 2))
            change = far @ across
            self.spread[part] -= near @ across
            self.stake[part] -= change + change.swapaxes(1, 2)

    def _by_dimension(self, directions: Matrices) -> Floats:
        """Return directions ``(n_classes * D, n_classes)`` as ``(D, n_classes * n_classes)``."""
        n_classes, dimensions = self.proba.shape[1], self.features.shape[1]
        by_class = directions.astype(self.features.dtype).reshape(n_classes, -1, n_classes)
        return by_class.swapaxes(0, 1).reshape(dimensions, -1)

    def _seen(self, by_dimension: Floats, part: slice) -> Floats:
        """Return ``V' directions`` of some candidates."""
        n_classes = self.proba.shape[1]
        inner = (self.features[part] @ by_dimension).reshape(-1, n_classes, n_classes)
        return _by_roots(self.proba[part], inner)


def _by_roots(proba: Floats, inner: Floats) -> Floats:
    """Return ``fisher_roots(proba)' inner`` of each row, without a product of matrices."""
    p = np.maximum(proba.astype(inner.dtype), 0)
    return np.asarray((inner - p[:, None] @ inner) * np.sqrt(p)[:, :, None])


def bait(information: Information, n: int, rng: np.random.Generator) -> Picks:
    """Return `n` candidates: twice as many are added, then those missed least are removed.

    `information` is that of the labelled set, as the pool sees it; it is used up. Other arguments
    as in `albench.strategies`.
    """
    picks: list[int] = []
    for _ in range(min(2 * n, len(information.features))):
        picks.append(best(information.falls(picks), rng))
        information.update(picks[-1], 1.0)
    chosen = np.array(picks)
    information.keep(chosen)
    while len(chosen) > n:
        drop = best(-information.changes(-1.0), rng)
        left = np.delete(np.arange(len(chosen)), drop)
        chosen = chosen[left]
        if len(chosen) > n:  # after the last nothing is asked any more
            information.update(drop, -1.0)
            information.keep(left)
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


def _along(features: Floats, axes: Matrices) -> Floats:
    out = np.empty((len(features), axes.shape[1]), dtype=features.dtype)
    for part in blocks(features, BLOCK):
        out[part] = features[part].astype(np.float64) @ axes
    return out


@strategy(
    "bait",
    "The last layer is best known where the pool needs it, by Fisher information.",
    options=(
        Option(
            name="ridge",
            type=float,
            default=1.0,
            minimum=1e-6,
            maximum=1e6,
            help="the information that is there without labels",
        ),
        Option(
            name="max_parameters",
            type=int,
            default=1024,
            minimum=2,
            maximum=20_000,
            help="classes times dimensions; beyond, embeddings are projected",
        ),
    ),
    cost="n b",
    citation="Ash et al. 2021, Gone fishing: neural active learning with Fisher embeddings",
    version=2,
)
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
        usable = finite_rows(pool.labelled_proba, pool.labelled_embeddings)

        def choose(rows: Picks | slice, k: int) -> Picks:
            features, proba = pool.embeddings[rows], pool.proba[rows]
            dimensions = max(1, self.max_parameters // proba.shape[1])
            axes = principal_directions(features, dimensions)
            seen = _along(features, axes)
            wanted = fisher(seen, proba)
            wanted /= len(seen)
            labelled = fisher(
                _along(pool.labelled_embeddings[usable], axes), pool.labelled_proba[usable]
            )
            labelled[np.diag_indices(len(labelled))] += self.ridge
            return bait(Information(seen, proba, labelled, wanted), k, rng)

        return among_usable(finite_rows(pool.proba, pool.embeddings), n, rng, choose)

"""GALAXY: bisection of the score graph between labels of a class and labels of others.

Zhang, Katz-Samuels & Nowak 2022, GALAXY: graph-based active learning at the extreme. For each class
all candidates stand in a line, by how far the class's probability is under the largest. Between two
labelled neighbours of which one is of the class and the other is not lies a cut: the shortest is
halved; when no cut has room, the unlabelled candidate nearest to one is taken. Departure: the
authors learn each label before the next pick; here a pick counts with its predicted class.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.api import needs
from albench.strategies.declaration import RANDOMISED, strategy
from albench.strategies.query import Floats, Picks, among_usable, finite_rows, sized

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from albench.api import PoolView

UNKNOWN = -1


def lines(proba: Floats) -> NDArray[np.intp]:
    """Return, for each class, all rows in order of how much the class is theirs.

    Parameters
    ----------
    proba : ndarray, shape (n, n_classes)
        Finite probabilities.

    Returns
    -------
    ndarray of int, shape (n_classes or 1, n)
        Two classes share a line.
    """
    p = proba.astype(np.float64)
    largest = p.max(axis=1, keepdims=True)
    # Among candidates of the class, which are all 0 under the largest, the surer come first.
    scores = p - largest + 1e-8 * largest if p.shape[1] > 2 else p[:, :1]
    return np.argsort(-scores, axis=0, kind="stable").T


def bisect(line: NDArray[np.intp], labels: NDArray[np.intp], of_class: int) -> int | None:
    """Return the row that halves the shortest cut, or lies nearest to one; None if there is none.

    Parameters
    ----------
    line : ndarray of int, shape (n,)
        Rows in order.
    labels : ndarray of int, shape (n,)
        The class of each row, -1 where it is unknown.
    of_class : int
        The class of the line.

    Returns
    -------
    int or None
        An unknown row.
    """
    labelled = np.flatnonzero(labels[line] != UNKNOWN)
    inside = labels[line[labelled]] == of_class
    cuts = np.flatnonzero(inside[1:] != inside[:-1])
    if len(cuts) == 0:
        return None
    left, right = labelled[cuts], labelled[cuts + 1]
    gaps = right - left
    if gaps.max() > 1:
        shortest = np.where(gaps > 1, gaps, len(line) + 1).argmin()
        return int(line[(left[shortest] + right[shortest]) // 2])
    return int(line[_nearest_unknown(labels[line] == UNKNOWN, left)])


def _nearest_unknown(unknown: NDArray[np.bool_], places: NDArray[np.intp]) -> int:
    rows = np.flatnonzero(unknown)
    after = np.searchsorted(rows, places)
    beside = np.concatenate([rows[after.clip(max=len(rows) - 1)], rows[(after - 1).clip(min=0)]])
    return int(beside[np.abs(beside - np.tile(places, 2)).argmin()])


def galaxy(proba: Floats, labels: NDArray[np.intp], n: int, rng: np.random.Generator) -> Picks:
    """Return `n` unlabelled rows, each halving a cut of a random class.

    Probabilities are ``(n_labelled + n_pool, n_classes)``, the labelled rows first; `labels` are
    the classes of those. Where a class has no cut, its row is random. Other arguments as in
    `albench.strategies`.
    """
    shuffled = rng.permutation(len(proba))  # equal scores stand in random order
    order = shuffled[lines(proba[shuffled])]
    classes = np.full(len(proba), UNKNOWN)
    classes[: len(labels)] = labels
    predicted = proba.argmax(axis=1)
    picks = np.empty(n, dtype=np.intp)
    for i in range(n):
        of_class = int(rng.integers(len(order)))
        row = bisect(order[of_class], classes, of_class)
        row = int(rng.choice(np.flatnonzero(classes == UNKNOWN))) if row is None else row
        classes[row] = predicted[row]
        picks[i] = row - len(labels)
    return picks


@strategy(
    "galaxy",
    "Halves the way, in order of score, between labels of a class and labels of others.",
    tags=RANDOMISED,
    cost="n b",
    citation="Zhang, Katz-Samuels & Nowak 2022, GALAXY",
)
class Galaxy:
    """Chooses what halves the way between labels of a class and labels of others."""

    needs = frozenset({needs.PROBA})

    @sized
    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> Picks:
        """Return positions in order of choice; see `albench.api.QueryStrategy`."""
        usable = finite_rows(pool.labelled_proba)
        return among_usable(
            finite_rows(pool.proba),
            n,
            rng,
            lambda rows, k: galaxy(
                np.concatenate([pool.labelled_proba[usable], pool.proba[rows]]),
                pool.labels[usable],
                k,
                rng,
            ),
        )

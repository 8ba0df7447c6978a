"""class-balance: entropy, less what is missing to an even share of every class.

Bengar et al. 2022 (arXiv 2110.04543) choose the query B that maximises

    sum over x in B of H[p(.|x)]  -  balance * sum over classes c of |target_c - sum of p(c|x)|

where the target is what each class lacks to an even share of all labels behind the query. They
solve an integer programme; here B is built greedily, which costs n C a pick and asks for no solver.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.api import needs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from albench.api import PoolView

UNKNOWN = -1e300
"""The entropy of a candidate of which the model says NaN: less than any other's."""


def lacking(labels: NDArray[np.intp], n_classes: int, n: int) -> NDArray[np.float64]:
    """Return how many labels each class lacks to an even share behind a query.

    Parameters
    ----------
    labels : ndarray of int, shape (n_labelled,)
        Class numbers of the labelled set.
    n_classes : int
        The number of classes, whether or not the labelled set has all of them.
    n : int
        The size of the query.

    Returns
    -------
    ndarray of float64, shape (n_classes,)
        0 for a class that has its share already.
    """
    share = (len(labels) + n) / n_classes
    return np.maximum(share - np.bincount(labels, minlength=n_classes).astype(np.float64), 0.0)


def greedy(
    proba: NDArray[np.float64], target: NDArray[np.float64], n: int, balance: float
) -> NDArray[np.intp]:
    """Return positions, each the best beside those picked before it, the first one on ties.

    Parameters
    ----------
    proba : ndarray of float64, shape (n_pool, n_classes)
        Rows sum to one; a row with NaN is picked when nothing else is left.
    target : ndarray of float64, shape (n_classes,)
        The wanted number of labels of each class.
    n : int
        How many, at most the size of the pool.
    balance : float
        The weight of the distance to the target.

    Returns
    -------
    ndarray of int, shape (n,)
        Distinct positions.
    """
    unknown = np.isnan(proba.sum(axis=1))
    proba = np.where(unknown[:, None], 0.0, proba)
    entropy = -(proba * np.log(np.maximum(proba, 1e-12))).sum(axis=1)
    entropy[unknown] = UNKNOWN
    missing, picks = target.copy(), np.empty(n, dtype=np.intp)
    for i in range(n):
        picks[i] = np.argmax(entropy - balance * np.abs(missing - proba).sum(axis=1))
        entropy[picks[i]] = -np.inf
        missing -= proba[picks[i]]
    return picks


class ClassBalance:
    """Chooses what is uncertain and expected to even out the classes.

    Parameters
    ----------
    balance : float
        What a label too few or too many of a class is worth, in nats; 0 is plain entropy.
    """

    needs = frozenset({needs.PROBA})

    def __init__(self, balance: float = 1.0) -> None:
        self.balance = balance

    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> NDArray[np.intp]:
        """Return positions, best first; see `albench.api.QueryStrategy`."""
        n = min(n, len(pool))
        order = rng.permutation(len(pool))  # ties are then not decided by the order of the pool
        target = lacking(pool.labels, pool.n_classes, n)
        return order[greedy(pool.proba[order].astype(float), target, n, self.balance)]

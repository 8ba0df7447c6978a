"""What would be predicted after a label, by refitting a softmax regression for each label."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from albench.strategies.query import Floats

_ITERATIONS = 500
"""More than any fit from a neighbouring one has been seen to take."""


def fitted(
    rows: Floats, labels: NDArray[np.intp], ridge: float, start: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the weights of the softmax regression that fits some labels, at convergence.

    Parameters
    ----------
    rows : ndarray of float64, shape (n, D)
        Vectors, a constant entry for the bias among them.
    labels : ndarray of int, shape (n,)
        Class numbers.
    ridge : float
        The penalty on half the squared weights, beside the sum of the cross-entropies; over 0.
    start : ndarray, shape (D, n_classes)
        Where to begin; the end is the same.

    Returns
    -------
    ndarray of float64, shape (D, n_classes)
        Weights.
    """
    from scipy.optimize import minimize
    from scipy.special import log_softmax

    one_hot = np.eye(start.shape[1])[labels]

    def objective(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights = flat.reshape(start.shape)
        log_proba = log_softmax(rows @ weights, axis=1)
        gradient = rows.T @ (np.exp(log_proba) - one_hot) + ridge * weights
        return 0.5 * ridge * (flat @ flat) - (one_hot * log_proba).sum(), gradient.ravel()

    optimum = minimize(
        objective,
        start.ravel(),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": _ITERATIONS, "ftol": 1e-12, "gtol": 1e-7},
    )
    return np.asarray(optimum.x).reshape(start.shape)


def log_proba_after(  # the data and how to fit, by keyword
    rows: Floats,
    others: Floats,
    *,
    labelled: Floats,
    labels: NDArray[np.intp],
    n_classes: int,
    ridge: float,
) -> Iterator[NDArray[np.float64]]:
    """Yield what is predicted of others once a candidate has each of the labels.

    Parameters
    ----------
    rows : ndarray of float64, shape (n, D)
        Candidates, a constant entry for the bias among them.
    others : ndarray of float64, shape (m, D)
        What is predicted.
    labelled : ndarray of float64, shape (n_labelled, D)
        The labelled set.
    labels : ndarray of int, shape (n_labelled,)
        Its class numbers.
    n_classes : int
        The number of classes.
    ridge : float
        As of `fitted`.

    Yields
    ------
    ndarray of float64, shape (n_classes, m, n_classes)
        Log probabilities after each label, candidate by candidate.
    """
    from scipy.special import log_softmax

    now = fitted(labelled, labels, ridge, np.zeros((rows.shape[1], n_classes)))
    for row in rows:
        more = np.vstack([labelled, row])
        fits = [fitted(more, np.append(labels, y), ridge, now) for y in range(n_classes)]
        yield np.stack([log_softmax(others @ weights, axis=1) for weights in fits])

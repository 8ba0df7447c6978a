"""A softmax regression on vectors: a small head of a strategy's own, where one must be fitted.

Ridge-penalised, on standardised columns, by L-BFGS; the penalty keeps it finite on separable labels
and for classes that no label has.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from albench.strategies.query import Floats


@dataclass(frozen=True)
class LinearHead:
    """Logits as a linear function of vectors.

    Parameters
    ----------
    weights : ndarray, shape (D, n_classes)
        In the vectors' own units.
    bias : ndarray, shape (n_classes,)
        The logits of a vector of zeros.
    """

    weights: NDArray[np.float64]
    bias: NDArray[np.float64]

    def logits(self, features: Floats) -> NDArray[np.float64]:
        """Return the logits of some vectors.

        Parameters
        ----------
        features : ndarray, shape (n, D)
            Vectors.

        Returns
        -------
        ndarray of float64, shape (n, n_classes)
            Before the softmax.
        """
        # The product is taken in the vectors' precision: no float64 copy of a large pool.
        return np.asarray(features @ self.weights.astype(features.dtype) + self.bias)


def fit_head(  # noqa: PLR0913  # how to fit, by keyword
    features: Floats,
    labels: NDArray[np.intp],
    n_classes: int,
    *,
    balanced: bool = False,
    ridge: float = 1.0,
    iterations: int = 100,
    start: LinearHead | None = None,
) -> LinearHead:
    """Return the head that fits some labels best.

    Parameters
    ----------
    features : ndarray, shape (n, D)
        Finite vectors; without any, all classes are equally likely everywhere.
    labels : ndarray of int, shape (n,)
        Class numbers.
    n_classes : int
        The number of classes, present or not.
    balanced : bool
        Whether each class that is present weighs the same, whatever its size.
    ridge : float
        The penalty on half the squared weights, beside a sum of losses.
    iterations : int
        The largest number of L-BFGS steps.
    start : LinearHead or None
        Where to begin, such as what fits nearly the same; None begins at zeros.

    Returns
    -------
    LinearHead
        Deterministic.
    """
    from scipy.optimize import minimize
    from scipy.special import log_softmax

    dimensions = features.shape[1]
    if len(features) == 0:
        return LinearHead(np.zeros((dimensions, n_classes)), np.zeros(n_classes))
    mean = features.mean(axis=0, dtype=np.float64)
    scale = features.std(axis=0, dtype=np.float64)
    scale[scale <= 1e-6 * np.abs(mean) + 1e-12] = 1.0  # a constant column is rounding, not signal
    costs = balanced_costs(labels, n_classes) if balanced else np.ones(len(labels))
    rows = np.arange(len(features))

    def objective(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights, bias = np.split(flat.reshape(dimensions + 1, n_classes), [dimensions])
        head = _in_own_units(weights, bias[0], mean, scale)
        log_proba = log_softmax(head.logits(features), axis=1)
        loss = -(costs * log_proba[rows, labels]).sum() + 0.5 * ridge * (flat @ flat)
        residual = np.exp(log_proba)
        residual[rows, labels] -= 1
        residual *= costs[:, None]
        total = residual.sum(axis=0)
        slope = (features.T @ residual.astype(features.dtype) - np.outer(mean, total)) / scale[
            :, None
        ]
        return loss, np.vstack([slope, total]).ravel() + ridge * flat

    begin = np.zeros((dimensions + 1, n_classes))
    if start is not None:
        begin[:] = np.vstack([start.weights * scale[:, None], start.bias + mean @ start.weights])
    optimum = minimize(
        objective,
        begin.ravel(),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": iterations},
    )
    fitted = optimum.x.reshape(dimensions + 1, n_classes)
    return _in_own_units(fitted[:-1], fitted[-1], mean, scale)


def balanced_costs(labels: NDArray[np.intp], n_classes: int) -> NDArray[np.float64]:
    """Return what each row's loss counts, so that all classes that are present weigh the same.

    Parameters
    ----------
    labels : ndarray of int, shape (n,)
        Class numbers.
    n_classes : int
        The number of classes.

    Returns
    -------
    ndarray of float64, shape (n,)
        Their mean is 1.
    """
    counts = np.bincount(labels, minlength=n_classes)
    return np.asarray(len(labels) / (np.count_nonzero(counts) * counts[labels]))


def _in_own_units(
    weights: NDArray[np.float64],
    bias: NDArray[np.float64],
    mean: NDArray[np.float64],
    scale: NDArray[np.float64],
) -> LinearHead:
    weights = weights / scale[:, None]
    return LinearHead(weights, bias - mean @ weights)


def held_out_logits(
    features: Floats,
    labels: NDArray[np.intp],
    subjects: NDArray[np.intp],
    n_classes: int,
    folds: int = 5,
) -> NDArray[np.float64] | None:
    """Return the logits that heads give to subjects they have not seen.

    Parameters
    ----------
    features : ndarray, shape (n, D)
        Finite vectors.
    labels : ndarray of int, shape (n,)
        Class numbers.
    subjects : ndarray of int, shape (n,)
        Whose they are; folds never split a subject.
    n_classes : int
        The number of classes.
    folds : int
        How many parts.

    Returns
    -------
    ndarray of float64, shape (n, n_classes), or None
        None if there are fewer than two subjects.
    """
    numbers = np.unique(subjects, return_inverse=True)[1]
    folds = min(folds, int(numbers.max(initial=-1)) + 1)
    if folds < 2:
        return None
    logits = np.empty((len(features), n_classes))
    for fold in range(folds):
        out = numbers % folds == fold
        logits[out] = fit_head(features[~out], labels[~out], n_classes).logits(features[out])
    return logits


def best_temperature(logits: Floats, labels: NDArray[np.intp]) -> float:
    """Return the temperature under which some labels are likeliest.

    Parameters
    ----------
    logits : ndarray, shape (n, n_classes)
        Of candidates that were not trained on.
    labels : ndarray of int, shape (n,)
        Their classes.

    Returns
    -------
    float
        0.05 to 20.
    """
    from scipy.optimize import minimize_scalar
    from scipy.special import log_softmax

    rows = np.arange(len(labels))

    def loss(log_temperature: float) -> float:
        return -float(log_softmax(logits / np.exp(log_temperature), axis=1)[rows, labels].sum())

    optimum = minimize_scalar(loss, bounds=(np.log(0.05), np.log(20)), method="bounded")
    return float(np.exp(optimum.x))


def calibrated_proba(
    labelled: Floats,
    labels: NDArray[np.intp],
    subjects: NDArray[np.intp],
    n_classes: int,
    features: Floats,
) -> NDArray[np.float64]:
    """Return probabilities of a head whose temperature was tuned on subjects it had not seen.

    Parameters
    ----------
    labelled : ndarray, shape (n_labelled, D)
        Finite vectors.
    labels : ndarray of int, shape (n_labelled,)
        Class numbers.
    subjects : ndarray of int, shape (n_labelled,)
        Whose they are.
    n_classes : int
        The number of classes.
    features : ndarray, shape (n, D)
        Finite vectors to predict.

    Returns
    -------
    ndarray of float64, shape (n, n_classes)
        Rows sum to one.
    """
    from scipy.special import softmax

    held_out = held_out_logits(labelled, labels, subjects, n_classes)
    temperature = 1.0 if held_out is None else best_temperature(held_out, labels)
    logits = fit_head(labelled, labels, n_classes).logits(features)
    return np.asarray(softmax(logits / temperature, axis=1))

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
        """Return the logits of some vectors, ``(n, n_classes)``, before the softmax."""
        # The product is taken in the vectors' precision: no float64 copy of a large pool.
        return np.asarray(features @ self.weights.astype(features.dtype) + self.bias)


def fit_head(  # noqa: PLR0913, PLR0915  # how to fit, by keyword; an objective within
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

    dimensions = features.shape[1]
    if len(features) == 0:
        return LinearHead(np.zeros((dimensions, n_classes)), np.zeros(n_classes))
    mean = features.mean(axis=0, dtype=np.float64)
    scale = features.std(axis=0, dtype=np.float64)
    scale[scale <= 1e-6 * np.abs(mean) + 1e-12] = 1.0  # a constant column is rounding, not signal
    costs = balanced_costs(labels, n_classes)[:, None] if balanced else None
    # Fits are short, on few rows: what is the same in every step is made once.
    own = np.arange(len(labels)) * n_classes + labels  # of each row, where its label is
    units, dtype, turned = scale[:, None], features.dtype, features.T

    def objective(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        parameters = flat.reshape(dimensions + 1, n_classes)
        weights = parameters[:-1] / units
        log_proba = features @ weights.astype(dtype) + (parameters[-1] - mean @ weights)
        log_proba -= log_proba.max(axis=1, keepdims=True)
        residual = np.exp(log_proba)
        log_proba -= np.log(residual.sum(axis=1, keepdims=True))
        np.exp(log_proba, out=residual)
        gained = log_proba.ravel()[own]
        residual.ravel()[own] -= 1
        if costs is not None:
            gained *= costs[:, 0]
            residual *= costs
        total = residual.sum(axis=0)
        slope = np.empty_like(parameters)
        slope[:-1] = (turned @ residual.astype(dtype) - mean[:, None] * total) / units
        slope[-1] = total
        return 0.5 * ridge * (flat @ flat) - gained.sum(), slope.ravel() + ridge * flat

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
    weights = fitted[:-1] / scale[:, None]
    return LinearHead(weights, fitted[-1] - mean @ weights)


def balanced_costs(labels: NDArray[np.intp], n_classes: int) -> NDArray[np.float64]:
    """Return what each row's loss counts, so that all classes that are present weigh the same.

    It has shape ``(n,)`` and a mean of 1.
    """
    counts = np.bincount(labels, minlength=n_classes)
    return np.asarray(len(labels) / (np.count_nonzero(counts) * counts[labels]))


def held_out_logits(
    features: Floats,
    labels: NDArray[np.intp],
    subjects: NDArray[np.intp],
    n_classes: int,
    folds: int = 5,
) -> NDArray[np.float64] | None:
    """Return the logits ``(n, n_classes)`` that heads give to subjects they have not seen.

    `subjects`, shape ``(n,)``, say whose the rows are; none of so many folds splits a subject. It
    is None if there are fewer than two subjects.
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
    """Return the temperature, 0.05 to 20, under which some labels are likeliest.

    The logits, ``(n, n_classes)``, are of candidates that were not trained on.
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

    It is fitted to `labelled`, ``(n_labelled, D)``, whose classes and subjects are `labels` and
    `subjects`, ``(n_labelled,)``, and predicts `features`.
    """
    from scipy.special import softmax

    held_out = held_out_logits(labelled, labels, subjects, n_classes)
    temperature = 1.0 if held_out is None else best_temperature(held_out, labels)
    logits = fit_head(labelled, labels, n_classes).logits(features)
    return np.asarray(softmax(logits / temperature, axis=1))

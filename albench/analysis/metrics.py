"""How good predictions are: pure functions of class numbers and probabilities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import rankdata

from albench.analysis.calibration import brier_score, expected_calibration_error

if TYPE_CHECKING:
    from numpy.typing import NDArray

SMALLEST_PROBABILITY = 1e-7
"""What the log loss takes a smaller probability for: float32 knows nothing below."""


@dataclass(frozen=True)
class Scores:
    """The scores of one round.

    Parameters
    ----------
    accuracy : float
        The share of units whose most probable class is right; of equal ones the first counts.
    auc : float
        The area under the receiver operating characteristic: of two classes the ordinary one, of
        more the mean over classes of one against the rest. NaN if the units are of one class.
    balanced_accuracy : float
        The mean over classes of the share that is right.
    log_loss : float
        The mean of minus the logarithm of the true class's probability, in nats.
    brier : float
        The mean squared distance of the probabilities from the truth, 0 to 2.
    calibration_error : float
        How far the answers' probabilities are from the share of right ones, over ten bins.
    """

    accuracy: float
    auc: float
    balanced_accuracy: float
    log_loss: float
    brier: float
    calibration_error: float


def score(labels: NDArray[np.intp], proba: NDArray[np.floating]) -> Scores:
    """Return all scores of some predictions.

    Parameters
    ----------
    labels : ndarray of int, shape (n,)
        Class numbers.
    proba : ndarray of float, shape (n, n_classes)
        Class probabilities.

    Returns
    -------
    Scores
        Of these units.
    """
    return Scores(
        accuracy=accuracy(labels, proba),
        auc=macro_auc(labels, proba),
        balanced_accuracy=balanced_accuracy(labels, proba),
        log_loss=log_loss(labels, proba),
        brier=brier_score(labels, proba),
        calibration_error=expected_calibration_error(labels, proba),
    )


def accuracy(labels: NDArray[np.intp], proba: NDArray[np.floating]) -> float:
    """Return the share of units whose most probable class is right.

    Parameters
    ----------
    labels : ndarray of int, shape (n,)
        Class numbers.
    proba : ndarray of float, shape (n, n_classes)
        Class probabilities; of equal ones the first counts.

    Returns
    -------
    float
        0 to 1.
    """
    return float(np.mean(proba.argmax(axis=1) == labels))


def balanced_accuracy(labels: NDArray[np.intp], proba: NDArray[np.floating]) -> float:
    """Return the mean, over the classes that occur, of the share that is right.

    Parameters
    ----------
    labels : ndarray of int, shape (n,)
        Class numbers.
    proba : ndarray of float, shape (n, n_classes)
        Class probabilities.

    Returns
    -------
    float
        0 to 1.
    """
    is_right = proba.argmax(axis=1) == labels
    return float(np.mean([is_right[labels == k].mean() for k in np.unique(labels)]))


def macro_auc(labels: NDArray[np.intp], proba: NDArray[np.floating]) -> float:
    """Return the mean one-against-the-rest area under the ROC curve.

    Parameters
    ----------
    labels : ndarray of int, shape (n,)
        Class numbers.
    proba : ndarray of float, shape (n, n_classes)
        Class probabilities. Of two classes only the second one's are looked at.

    Returns
    -------
    float
        Over the classes that occur; NaN if only one does.
    """
    classes = np.unique(labels)
    if len(classes) < 2:  # there is nothing to tell apart
        return float("nan")
    if proba.shape[1] == 2:  # both classes give the same area
        return auc(labels == 1, proba[:, 1])
    return float(np.mean([auc(labels == k, proba[:, k]) for k in classes]))


def auc(is_positive: NDArray[np.bool_], scores: NDArray[np.floating]) -> float:
    """Return the probability that a positive unit scores above a negative one.

    Parameters
    ----------
    is_positive : ndarray of bool, shape (n,)
        With at least one of either.
    scores : ndarray of float, shape (n,)
        Larger is more positive; ties count one half.

    Returns
    -------
    float
        The area under the ROC curve, by the Mann-Whitney statistic.
    """
    n_positive = int(is_positive.sum())
    n_negative = len(is_positive) - n_positive
    ranks = rankdata(scores)
    excess = ranks[is_positive].sum() - n_positive * (n_positive + 1) / 2
    return float(excess / (n_positive * n_negative))


def log_loss(labels: NDArray[np.intp], proba: NDArray[np.floating]) -> float:
    """Return the mean of minus the logarithm of the true class's probability.

    Parameters
    ----------
    labels : ndarray of int, shape (n,)
        Class numbers.
    proba : ndarray of float, shape (n, n_classes)
        Class probabilities; taken to be at least 1e-7.

    Returns
    -------
    float
        In nats.
    """
    chosen = proba[np.arange(len(labels)), labels].astype(float)
    return float(-np.log(np.clip(chosen, SMALLEST_PROBABILITY, 1.0)).mean())

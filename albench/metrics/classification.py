"""Scores of class numbers and probabilities where classes have no order.

What a metric takes is said in `albench.metrics`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SMALLEST_PROBABILITY = 1e-7
"""The log loss raises smaller probabilities to this; float32 resolves nothing below."""


def accuracy(labels: NDArray[np.intp], proba: NDArray[np.floating]) -> float:
    """Return the share of units whose most probable class is right, 0 to 1."""
    return float(np.mean(proba.argmax(axis=1) == labels))


def balanced_accuracy(labels: NDArray[np.intp], proba: NDArray[np.floating]) -> float:
    """Return the mean, over the classes that occur, of the share that is right: 0 to 1."""
    is_right = proba.argmax(axis=1) == labels
    return float(np.mean([is_right[labels == k].mean() for k in np.unique(labels)]))


def macro_auc(labels: NDArray[np.intp], proba: NDArray[np.floating]) -> float:
    """Return the mean one-against-the-rest area under the ROC curve.

    The mean is over the classes that occur; it is NaN if only one does. With two classes only the
    second column of the probabilities is used.
    """
    classes = np.unique(labels)
    if len(classes) < 2:  # there is nothing to rank
        return float("nan")
    if proba.shape[1] == 2:  # both classes give the same area
        return auc(labels == 1, proba[:, 1])
    from scipy.stats import rankdata  # here, since specifications need metrics' names alone

    ranks = rankdata(proba, axis=0)  # (n, n_classes): all at once, since a call costs most of it
    return float(np.mean([_area(labels == k, ranks[:, k]) for k in classes]))


def auc(is_positive: NDArray[np.bool_], scores: NDArray[np.floating]) -> float:
    """Return the probability that a positive unit scores above a negative one.

    Parameters
    ----------
    is_positive : ndarray of bool, shape (n,)
        At least one True and one False.
    scores : ndarray of float, shape (n,)
        Larger is more positive; ties count one half.

    Returns
    -------
    float
        The area under the ROC curve, by the Mann-Whitney statistic.
    """
    from scipy.stats import rankdata  # as above

    return _area(is_positive, rankdata(scores))


def _area(is_positive: NDArray[np.bool_], ranks: NDArray[np.float64]) -> float:
    n_positive = int(is_positive.sum())
    n_negative = len(is_positive) - n_positive
    excess = ranks[is_positive].sum() - n_positive * (n_positive + 1) / 2
    return float(excess / (n_positive * n_negative))


def log_loss(labels: NDArray[np.intp], proba: NDArray[np.floating]) -> float:
    """Return the mean of minus the logarithm of the true class's probability, in nats.

    Probabilities are clipped to at least 1e-7.
    """
    chosen = proba[np.arange(len(labels)), labels].astype(float)
    return float(-np.log(np.clip(chosen, SMALLEST_PROBABILITY, 1.0)).mean())

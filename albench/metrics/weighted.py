"""Scores of many rounds under many weightings of the test units, all at once.

What they take and return is said in `albench.metrics`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def weighted_accuracy(
    labels: NDArray[np.intp], proba: NDArray[np.floating], weights: NDArray[np.floating]
) -> NDArray[np.float64]:
    """Return the accuracy of every round under every weighting of the units.

    It is NaN for a weighting without units.
    """
    total = weights.sum(axis=1)
    is_right = proba.argmax(axis=2) == labels
    with np.errstate(invalid="ignore", divide="ignore"):  # 0 / 0 is the NaN that is promised
        shares: NDArray[np.float64] = (weights @ is_right.T) / total[:, None]
    return shares


def weighted_macro_auc(
    labels: NDArray[np.intp], proba: NDArray[np.floating], weights: NDArray[np.floating]
) -> NDArray[np.float64]:
    """Return the macro AUC of every round under every weighting of the units.

    It is NaN where only one class counts.
    """
    classes = np.arange(proba.shape[2]) if proba.shape[2] > 2 else np.array([1])
    areas = np.stack([_auc(labels == k, proba[:, :, k], weights) for k in classes])
    n_known = np.isfinite(areas).sum(axis=0)
    means: NDArray[np.float64] = np.nansum(areas, axis=0) / np.where(n_known, n_known, np.nan)
    return means


def _auc(
    is_positive: NDArray[np.bool_], scores: NDArray[np.floating], weights: NDArray[np.floating]
) -> NDArray[np.float64]:
    """Return ``(n_weightings, n_rounds)`` areas: the weighted share of pairs in right order."""
    positive, negative = weights[:, is_positive], weights[:, ~is_positive]
    n_pairs = positive.sum(axis=1) * negative.sum(axis=1)
    areas = np.empty((len(weights), len(scores)))
    for i, row in enumerate(scores):
        gaps = row[is_positive][:, None] - row[~is_positive][None, :]
        order = (0.5 + 0.5 * np.sign(gaps)).astype(weights.dtype)  # (n_positive, n_negative)
        areas[:, i] = ((positive @ order) * negative).sum(axis=1)
    shares: NDArray[np.float64] = areas / np.where(n_pairs, n_pairs, np.nan)[:, None]
    return shares

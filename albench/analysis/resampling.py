"""Scores of many rounds under many weightings of the test units, all at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

N_RESAMPLES = 1000
N_SPLITS = 100


@dataclass(frozen=True, eq=False)
class WeightedScores:
    """Scores of rounds under weightings, both of shape ``(n_weightings, n_rounds)``."""

    accuracy: NDArray[np.float64]
    auc: NDArray[np.float64]


def weighted_scores(
    labels: NDArray[np.intp], proba: NDArray[np.floating], weights: NDArray[np.floating]
) -> WeightedScores:
    """Return accuracy and AUC of every round under every weighting of the units.

    Parameters
    ----------
    labels : ndarray of int, shape (n,)
        Class numbers.
    proba : ndarray of float, shape (n_rounds, n, n_classes)
        Class probabilities.
    weights : ndarray of float, shape (n_weightings, n)
        How often each unit counts: whole numbers of a resample, or 0 and 1 of a part.

    Returns
    -------
    WeightedScores
        What `metrics.accuracy` and `metrics.macro_auc` would give of the units repeated so often;
        NaN for a weighting without any unit, and for the AUC of one class.
    """
    total = weights.sum(axis=1)
    is_right = proba.argmax(axis=2) == labels
    with np.errstate(invalid="ignore", divide="ignore"):  # 0 / 0 is the NaN that is promised
        accuracy = (weights @ is_right.T) / total[:, None]
    return WeightedScores(accuracy, _macro_auc(labels, proba, weights))


def _macro_auc(
    labels: NDArray[np.intp], proba: NDArray[np.floating], weights: NDArray[np.floating]
) -> NDArray[np.float64]:
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
    found: NDArray[np.float64] = areas / np.where(n_pairs, n_pairs, np.nan)[:, None]
    return found


def resample_counts(n: int, rng: np.random.Generator, n_resamples: int) -> NDArray[np.float64]:
    """Return how often each of some subjects is in each bootstrap resample.

    Parameters
    ----------
    n : int
        Subjects.
    rng : Generator
        Drawn from.
    n_resamples : int
        Resamples.

    Returns
    -------
    ndarray of float, shape (n_resamples, n)
        Rows sum to n.
    """
    return rng.multinomial(n, np.full(n, 1 / n), size=n_resamples).astype(float)


def halves(
    labels: NDArray[np.intp],
    subjects: Sequence[str],
    rng: np.random.Generator,
    n_splits: int = N_SPLITS,
) -> NDArray[np.float64]:
    """Return random halves of the test subjects, each class as evenly in both as can be.

    Parameters
    ----------
    labels : ndarray of int, shape (n,)
        Class numbers of the units.
    subjects : sequence of str, length n
        Whose unit each is; a subject's units stay together.
    rng : Generator
        Drawn from.
    n_splits : int
        How many.

    Returns
    -------
    ndarray of float, shape (n_splits, n)
        1 for what is in the first half, 0 for the other; the odd subject of a class goes to
        either half at random.
    """
    names, first, owner = np.unique(np.asarray(subjects), return_index=True, return_inverse=True)
    own_labels = labels[first]
    chosen = np.zeros((n_splits, len(names)))
    for split in chosen:
        for k in np.unique(own_labels):
            members = rng.permutation(np.flatnonzero(own_labels == k))
            split[members[: (len(members) + rng.integers(2)) // 2]] = 1
    return chosen[:, owner]

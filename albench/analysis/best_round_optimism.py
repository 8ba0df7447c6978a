"""How much choosing the best round on the test set inflates that round's scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.metrics.catalogue import BOOTSTRAPPED, weighted_scores

if TYPE_CHECKING:
    from numpy.typing import NDArray


def best_round(areas: NDArray[np.float64]) -> int | None:
    """Return the round that is best on the test set by AUC; of equal ones the first.

    Parameters
    ----------
    areas : ndarray of float, shape (n_rounds,)
        AUC; NaN where unknown.

    Returns
    -------
    int or None
        None if no AUC is known.
    """
    return None if np.isnan(areas).all() else int(np.nanargmax(areas))


def optimism(
    labels: NDArray[np.intp], proba: NDArray[np.floating], parts: NDArray[np.floating]
) -> dict[str, float]:
    """Return how much choosing the best round inflates its scores, by metric.

    Parameters
    ----------
    labels : ndarray of int, shape (n,)
        Class numbers of the test units.
    proba : ndarray of float, shape (n_rounds, n, n_classes)
        Their class probabilities.
    parts : ndarray of float, shape (n_splits, n)
        1 for the first half of a split of the units, 0 for the other.

    Returns
    -------
    dict of str to float
        For each bootstrapped metric. The round is chosen by AUC on one half, and its scores there
        are compared with those on the other, which did not choose: the mean over splits and both
        directions, divided by the square root of 2, since chance differences on halves are larger
        by that factor than on the whole. NaN if no half has a known AUC.
    """
    one = weighted_scores(labels, proba, parts)
    other = weighted_scores(labels, proba, 1 - parts)
    choosing = np.vstack([one["auc"], other["auc"]])
    judging = np.vstack([other["auc"], one["auc"]])
    usable = np.isfinite(choosing).all(axis=1) & np.isfinite(judging).all(axis=1)
    if not usable.any():
        return dict.fromkeys(BOOTSTRAPPED, float("nan"))
    chosen = choosing[usable].argmax(axis=1)
    rows = np.arange(len(chosen))
    inflation = {}
    for metric in BOOTSTRAPPED:
        there = np.vstack([one[metric], other[metric]])[usable]
        elsewhere = np.vstack([other[metric], one[metric]])[usable]
        inflation[metric] = float((there - elsewhere)[rows, chosen].mean() / np.sqrt(2))
    return inflation

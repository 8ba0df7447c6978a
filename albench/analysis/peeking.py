"""What it is worth to look at the test set when a round is chosen, and how much it flatters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.analysis.resampling import weighted_scores

if TYPE_CHECKING:
    from numpy.typing import NDArray


def best_round(areas: NDArray[np.float64]) -> int | None:
    """Return the round that is best on the test set by AUC; of equal ones the first.

    Parameters
    ----------
    areas : ndarray of float, shape (n_rounds,)
        AUC; NaN where it is not known.

    Returns
    -------
    int or None
        None if no AUC is known.
    """
    return None if np.isnan(areas).all() else int(np.nanargmax(areas))


def optimism(
    labels: NDArray[np.intp], proba: NDArray[np.floating], parts: NDArray[np.floating]
) -> tuple[float, float]:
    """Return by how much the best round's scores flatter, in accuracy and AUC.

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
    accuracy, auc : float
        The round is chosen by AUC on one half, and its scores there are compared with those on
        the other, which did not choose; the mean over splits and both directions, divided by the
        square root of 2, as chance differences on halves are so much larger than on the whole.
        NaN if no half has a known AUC.
    """
    one = weighted_scores(labels, proba, parts)
    other = weighted_scores(labels, proba, 1 - parts)
    choosing = np.vstack([one.auc, other.auc])
    usable = np.isfinite(choosing).all(axis=1) & np.isfinite(np.vstack([other.auc, one.auc])).all(
        axis=1
    )
    if not usable.any():
        return float("nan"), float("nan")
    pairs = ((one.accuracy, other.accuracy), (one.auc, other.auc))
    chosen = choosing[usable].argmax(axis=1)
    rows = np.arange(len(chosen))
    gaps = [
        (np.vstack([a, b])[usable] - np.vstack([b, a])[usable])[rows, chosen].mean()
        for a, b in pairs
    ]
    return float(gaps[0] / np.sqrt(2)), float(gaps[1] / np.sqrt(2))

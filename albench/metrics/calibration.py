"""Scores of the probabilities themselves: calibration error and Brier score.

What a metric takes is said in `albench.metrics`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

N_BINS = 10


def expected_calibration_error(
    labels: NDArray[np.intp], proba: NDArray[np.floating], n_bins: int = N_BINS
) -> float:
    """Return how far the answer's probability is from the share of right answers.

    It is the mean over `n_bins` bins of equal width over the answer's probability, weighted by
    their units (Guo et al., ICML 2017). With few units it is above 0 even for perfect
    probabilities.
    """
    answers = proba.argmax(axis=1)
    confidence = proba[np.arange(len(labels)), answers].astype(float)
    bins = np.clip(np.ceil(confidence * n_bins).astype(int) - 1, 0, n_bins - 1)
    gaps = np.bincount(bins, weights=confidence - (answers == labels), minlength=n_bins)
    return float(np.abs(gaps).sum() / len(labels))


def brier_score(labels: NDArray[np.intp], proba: NDArray[np.floating]) -> float:
    """Return the mean squared distance of the probabilities from the truth, summed over classes.

    It is 0 to 2 (Brier, Monthly Weather Review 1950).
    """
    truth = np.eye(proba.shape[1])[labels]
    return float(((proba - truth) ** 2).sum(axis=1).mean())

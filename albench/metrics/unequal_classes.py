"""Scores in which every class counts alike, however few subjects it has.

What a metric takes is said in `albench.metrics`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def macro_f1(labels: NDArray[np.intp], proba: NDArray[np.floating]) -> float:
    """Return the mean of the F1 scores of the classes that occur or are answered.

    It is 0 to 1, as scikit-learn's ``f1_score(average="macro")``.
    """
    answers = proba.argmax(axis=1)
    n_classes = proba.shape[1]
    right = np.bincount(labels[answers == labels], minlength=n_classes)
    named = np.bincount(labels, minlength=n_classes) + np.bincount(answers, minlength=n_classes)
    occurs = named > 0
    return float(np.mean(2 * right[occurs] / named[occurs]))


def recall(labels: NDArray[np.intp], proba: NDArray[np.floating], number: int) -> float:
    """Return the share of the units of the class `number` that are answered with it.

    It is 0 to 1; NaN if no unit is of the class.
    """
    own = labels == number
    return float(np.mean(proba[own].argmax(axis=1) == number)) if own.any() else float("nan")

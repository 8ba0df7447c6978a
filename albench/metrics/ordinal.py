"""Scores for classes with an order, such as stages of a disease.

What a metric takes is said in `albench.metrics`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.metrics.classification import auc

if TYPE_CHECKING:
    from numpy.typing import NDArray


BOUNDARY = "auc_from_"
"""Columns with this prefix hold the AUC of being in a class (by its number) or a later one."""


def boundary_scores(labels: NDArray[np.intp], proba: NDArray[np.floating]) -> dict[str, float]:
    """Return the AUC of each boundary between classes, by the name of its column.

    There is one for each class but the first; see `boundary_auc`.
    """
    areas = boundary_auc(labels, proba).tolist()
    return {f"{BOUNDARY}{k}": area for k, area in enumerate(areas, start=1)}


def mean_error(labels: NDArray[np.intp], proba: NDArray[np.floating]) -> float:
    """Return the mean absolute distance of the answered class from the true one, in classes."""
    return float(np.abs(labels - proba.argmax(axis=1)).mean())


def kappa(labels: NDArray[np.intp], proba: NDArray[np.floating]) -> float:
    """Return the quadratic-weighted kappa of the most probable classes; see `quadratic_kappa`."""
    return quadratic_kappa(labels, proba.argmax(axis=1))


def quadratic_kappa(labels: NDArray[np.intp], answers: NDArray[np.intp]) -> float:
    """Return Cohen's kappa with weights that grow as the square of the distance.

    Parameters
    ----------
    labels : ndarray of int, shape (n,)
        True class numbers.
    answers : ndarray of int, shape (n,)
        Answered class numbers.

    Returns
    -------
    float
        1 for no error, 0 for what chance gives; NaN if both are of one and the same class.

    Notes
    -----
    Cohen, Psychological Bulletin 1968. With squared distances the expected disagreement is that
    of all pairs of a label and an answer, so that no table is needed.
    """
    observed = ((labels - answers) ** 2).mean()
    expected = labels.var() + answers.var() + (labels.mean() - answers.mean()) ** 2
    return float(1 - observed / expected) if expected > 0 else float("nan")


def boundary_auc(labels: NDArray[np.intp], proba: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the AUC of each boundary between classes, shape ``(n_classes - 1,)``.

    At position k - 1 stands the AUC of being in class k or later, by the sum of those classes'
    probabilities; NaN where all units are on one side.
    """
    later = np.cumsum(proba[:, ::-1].astype(float), axis=1)[:, ::-1]
    areas = np.full(proba.shape[1] - 1, np.nan)
    for k in range(1, proba.shape[1]):
        is_later = labels >= k
        if 0 < is_later.sum() < len(labels):
            areas[k - 1] = auc(is_later, later[:, k])
    return areas

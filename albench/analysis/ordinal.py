"""How far answers are from the truth where classes have an order, such as stages of a disease."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from albench.analysis.metrics import auc

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class OrdinalScores:
    """The ordinal scores of one round.

    Parameters
    ----------
    kappa : float
        Quadratic-weighted kappa.
    mean_error : float
        The mean absolute error, in classes.
    boundaries : tuple of float, n_classes - 1
        Of each class but the first: the AUC of being in it or a later one.
    """

    kappa: float
    mean_error: float
    boundaries: tuple[float, ...]


def ordinal_scores(labels: NDArray[np.intp], proba: NDArray[np.floating]) -> OrdinalScores:
    """Return all ordinal scores of some predictions.

    Parameters
    ----------
    labels : ndarray of int, shape (n,)
        Class numbers.
    proba : ndarray of float, shape (n, n_classes)
        Class probabilities; the most probable class is the answer.

    Returns
    -------
    OrdinalScores
        Of these units.
    """
    answers = proba.argmax(axis=1)
    return OrdinalScores(
        kappa=quadratic_kappa(labels, answers),
        mean_error=float(np.abs(labels - answers).mean()),
        boundaries=tuple(boundary_auc(labels, proba).tolist()),
    )


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
    """Return how well each boundary between classes is found.

    Parameters
    ----------
    labels : ndarray of int, shape (n,)
        Class numbers.
    proba : ndarray of float, shape (n, n_classes)
        Class probabilities.

    Returns
    -------
    ndarray of float, shape (n_classes - 1,)
        At position k - 1 the AUC of being in class k or later, by the sum of those classes'
        probabilities; NaN where all units are on one side.
    """
    later = np.cumsum(proba[:, ::-1].astype(float), axis=1)[:, ::-1]
    found = np.full(proba.shape[1] - 1, np.nan)
    for k in range(1, proba.shape[1]):
        is_later = labels >= k
        if 0 < is_later.sum() < len(labels):
            found[k - 1] = auc(is_later, later[:, k])
    return found

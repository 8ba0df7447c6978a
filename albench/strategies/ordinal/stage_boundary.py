"""Stage boundary: doubt between neighbouring stages, where such doubt is known to go wrong.

Classes are stages in the order of their numbers. A boundary weighs as much as it is confused by a
logistic head on the embeddings, cross-validated over subjects of the labelled set; a candidate
scores by the boundary at which weight times the smaller of the two stages' probabilities is
largest. The smaller probability, not the difference, is the margin: two stages that are both
unlikely have no difference, and no doubt between them either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.api import needs, top
from albench.strategies.declaration import ORDINAL, strategy
from albench.strategies.mathematics.softmax_head import held_out_logits
from albench.strategies.query import Floats, Picks, finite_rows, sized

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from albench.api import PoolView


def boundary_weights(
    predicted: NDArray[np.intp], labels: NDArray[np.intp], n_classes: int
) -> NDArray[np.float64]:
    """Return each boundary's share of the confusion between neighbouring stages.

    Parameters
    ----------
    predicted : ndarray of int, shape (n,)
        Stages as predicted without having seen the subject.
    labels : ndarray of int, shape (n,)
        Stages as they are.
    n_classes : int
        How many stages.

    Returns
    -------
    ndarray of float64, shape (n_classes - 1,)
        They sum to one; one confusion is added to each, so that none is ever ignored.
    """
    lower = np.minimum(predicted, labels)[np.abs(predicted - labels) == 1]
    counts = 1.0 + np.bincount(lower, minlength=n_classes - 1)
    return np.asarray(counts / counts.sum())


def boundary_doubt(proba: Floats, weights: Floats) -> NDArray[np.float64]:
    """Return the largest weighted doubt between neighbouring stages.

    Parameters
    ----------
    proba : ndarray, shape (n, n_classes)
        Rows sum to one; two classes or more.
    weights : ndarray, shape (n_classes - 1,)
        Of the boundaries.

    Returns
    -------
    ndarray of float64, shape (n,)
        0 to half the largest weight.
    """
    doubt = np.minimum(proba[:, 1:], proba[:, :-1]).astype(np.float64)
    return np.asarray((doubt * weights).max(axis=1))


@strategy(
    "stage-boundary",
    "Neighbouring stages that are often confused are in doubt.",
    tags=ORDINAL,
    citation="ours: a strategy for the task, the future work of MMFN-AL",
)
class StageBoundary:
    """Chooses where neighbouring stages that are often confused are in doubt."""

    needs = frozenset({needs.PROBA, needs.EMBEDDINGS})

    @sized
    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> Picks:
        """Return positions, most doubtful first; see `albench.api.QueryStrategy`."""
        usable = finite_rows(pool.labelled_embeddings)
        labels = pool.labels[usable]
        logits = held_out_logits(
            pool.labelled_embeddings[usable],
            labels,
            pool.labelled_subjects[usable],
            pool.n_classes,
        )
        predicted = labels if logits is None else logits.argmax(axis=1)
        weights = boundary_weights(predicted, labels, pool.n_classes)
        return top(boundary_doubt(pool.proba, weights), n, rng)

"""ALFA-Mix: k-means among the candidates whose label changes when mixed slightly with others.

Parvaneh et al. 2022, Active learning by feature mixing, in its closed form: mixing with the mean of
a class by the best coefficients moves an embedding along the gradient of its loss, by `step` times
its distance to that mean. The step is raised until enough labels have changed. The classifier is
the network's own last layer, recovered from its probabilities (see `recovered_head`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.api import Option, needs
from albench.strategies.declaration import RANDOMISED, strategy
from albench.strategies.hybrid.badge import residuals
from albench.strategies.hybrid.dropquery import cluster_among
from albench.strategies.mathematics.distances import squared_distances, squared_norms
from albench.strategies.mathematics.recovered_head import recovered_head
from albench.strategies.query import Floats, Picks, among_usable, finite_rows, sized

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from albench.api import PoolView
    from albench.strategies.mathematics.softmax_head import LinearHead


def class_means(features: Floats, labels: NDArray[np.intp]) -> Floats:
    """Return the mean vector of each class that has a label, ``(n_present, D)``: the anchors.

    Vectors and labels are those of the labelled set, ``(n_labelled, D)`` and ``(n_labelled,)``.
    """
    means = [features[labels == label].mean(axis=0) for label in np.unique(labels)]
    return np.array(means, dtype=features.dtype).reshape(-1, features.shape[1])


def steps_to_change(features: Floats, head: LinearHead, anchors: Floats) -> NDArray[np.float64]:
    """Return the smallest mixing step that changes each row's label.

    Along the gradient a linear head's logits move on straight lines, so the step at which another
    class takes over is found without trying steps: the largest distance to an anchor changes first.

    Parameters
    ----------
    features : ndarray, shape (n, D)
        Finite embeddings.
    head : LinearHead
        Gives the labels.
    anchors : ndarray, shape (n_anchors, D)
        What they are mixed with.

    Returns
    -------
    ndarray of float64, shape (n,)
        Infinite where no step changes the label.
    """
    from scipy.special import softmax

    steps = np.full(len(features), np.inf)
    if len(anchors) == 0:
        return steps
    logits = head.logits(features)
    rows = np.arange(len(features))
    label = logits.argmax(axis=1)
    slopes = residuals(softmax(logits, axis=1)) @ (head.weights.T @ head.weights)
    # The gradient is W r, of length sqrt(r' W'W r); logits move by W'W r a unit of it.
    lengths = np.sqrt(np.maximum((slopes * residuals(softmax(logits, axis=1))).sum(axis=1), 0))
    behind = logits[rows, label][:, None] - logits
    closing = slopes - slopes[rows, label][:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        crossing = np.where(closing > 0, behind / closing, np.inf).min(axis=1)
        farthest = np.sqrt(_farthest_squared(features, anchors))
        steps = crossing * lengths / farthest
    return np.where(np.isnan(steps), np.inf, steps)


def _farthest_squared(features: Floats, anchors: Floats) -> Floats:
    farthest = np.zeros(len(features), dtype=features.dtype)
    norms = squared_norms(features)
    for anchor in anchors:
        one = anchor[None]
        squared = squared_distances(features, one, norms, squared_norms(one))[:, 0]
        np.maximum(farthest, squared, out=farthest)
    return farthest


def alfamix(
    features: Floats, steps: Floats, n: int, rng: np.random.Generator, raise_by: float = 0.2
) -> Picks:
    """Return rows near centroids of those whose label changes at the first step that changes n.

    `steps`, shape ``(n_pool,)``, are what `steps_to_change` gave. Those tried are multiples of
    `raise_by`, up to 1; where none below 1 changes enough labels, picks are filled up at random.
    Other arguments as in `albench.strategies`.
    """
    step = raise_by
    while np.count_nonzero(steps <= step) <= n and step < 1:
        step += raise_by
    return cluster_among(steps <= step, features, n, rng)


@strategy(
    "alfamix",
    "Diverse candidates whose label changes when mixed slightly with class means.",
    options=(
        Option(
            name="step",
            type=float,
            default=0.2,
            minimum=0.001,
            maximum=1.0,
            help="by how much mixing is raised until enough labels change",
        ),
    ),
    tags=RANDOMISED,
    cost="n b",
    citation="Parvaneh et al. 2022, Active learning by feature mixing",
    version=2,
)
class AlfaMix:
    """Chooses diverse candidates whose label changes when they are mixed slightly with others.

    Parameters
    ----------
    step : float
        By how much mixing is raised until enough labels have changed.
    """

    needs = frozenset({needs.PROBA, needs.EMBEDDINGS})

    def __init__(self, step: float = 0.2) -> None:
        self.step = step

    @sized
    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> Picks:
        """Return positions, largest cluster first; see `albench.api.QueryStrategy`."""
        usable = finite_rows(pool.labelled_embeddings)
        anchors = class_means(pool.labelled_embeddings[usable], pool.labels[usable])

        def choose(rows: Picks | slice, k: int) -> Picks:
            features = pool.embeddings[rows]
            head = recovered_head(features, pool.proba[rows])
            steps = steps_to_change(features, head, anchors)
            return alfamix(features, steps, k, rng, self.step)

        return among_usable(finite_rows(pool.proba, pool.embeddings), n, rng, choose)

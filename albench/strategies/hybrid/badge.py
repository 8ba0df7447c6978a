"""BADGE: k-means++ seeding on the gradients that the predicted labels would cause.

Ash et al. 2020, Deep batch active learning by diverse, uncertain gradient lower bounds. As in the
authors' code the first pick is the longest gradient.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.api import needs
from albench.strategies.declaration import RANDOMISED, strategy
from albench.strategies.mathematics.greedy import best
from albench.strategies.mathematics.kmeans_pp import k_means_pp
from albench.strategies.mathematics.outer_rows import OuterRows
from albench.strategies.query import Floats, Picks, among_usable, finite_rows, sized

if TYPE_CHECKING:
    from albench.api import PoolView
    from albench.strategies.mathematics.outer_rows import Vectors


def residuals(proba: Floats) -> Floats:
    """Return the gradient of the loss in the logits, for the predicted class as the label.

    Parameters
    ----------
    proba : ndarray, shape (n, n_classes)
        Rows sum to one.

    Returns
    -------
    ndarray, shape (n, n_classes)
        ``p - onehot(argmax p)``.
    """
    out = np.array(proba)
    out[np.arange(len(out)), proba.argmax(axis=1)] -= 1
    return out


def badge(proba: Floats, features: Vectors, n: int, rng: np.random.Generator) -> Picks:
    """Return `n` rows, or fewer where the gradients left all coincide with a pick's.

    Parameters
    ----------
    proba : ndarray, shape (n_pool, n_classes)
        Finite probabilities.
    features : ndarray, shape (n_pool, D), or ScaledBlocks
        Finite vectors before the classifier.
    n : int
        1 to ``n_pool``.
    rng : numpy.random.Generator
        Draws the picks.

    Returns
    -------
    ndarray of int
        Distinct positions, in order of choice.
    """
    gradients = OuterRows(residuals(proba), features)
    return k_means_pp(
        gradients.distance_to, n, rng, first=best(gradients.norms, rng), n_rows=len(proba)
    )


@strategy(
    "badge",
    "Long and diverse gradients of the last layer, by k-means++ seeding.",
    tags=RANDOMISED,
    cost="n b",
    citation="Ash et al. 2020, Deep batch active learning by diverse, uncertain gradient "
    "lower bounds",
)
class Badge:
    """Chooses gradients that are long and unlike each other."""

    needs = frozenset({needs.PROBA, needs.EMBEDDINGS})

    @sized
    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> Picks:
        """Return positions in order of choice; see `albench.api.QueryStrategy`."""
        proba, features = pool.proba, pool.embeddings
        return among_usable(
            finite_rows(proba, features),
            n,
            rng,
            lambda rows, k: badge(proba[rows], features[rows], k, rng),
        )

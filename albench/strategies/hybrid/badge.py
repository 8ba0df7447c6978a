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
    """Return ``p - onehot(argmax p)``, the gradient of the loss in the logits, ``(n, n_classes)``.

    The label is taken to be the predicted class.
    """
    out = np.array(proba)
    out[np.arange(len(out)), proba.argmax(axis=1)] -= 1
    return out


def badge(proba: Floats, features: Vectors, n: int, rng: np.random.Generator) -> Picks:
    """Return `n` rows, or fewer where the gradients left all coincide with a pick's.

    Features are the vectors before the classifier, or their `ScaledBlocks`. Arguments as in
    `albench.strategies`.
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

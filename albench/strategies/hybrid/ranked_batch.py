"""Ranked batch: dissimilarity first, uncertainty more as labels grow.

Cardoso et al. 2017, Ranked batch-mode active learning, as modAL has it: each pick maximises
``alpha (1 - s) + (1 - alpha) u`` with s = 1 / (1 + distance to the nearest label or pick), u one
minus the largest probability, and alpha the share of what is not labelled or picked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.api import needs
from albench.strategies.declaration import strategy
from albench.strategies.mathematics.confidence import lack_of_confidence
from albench.strategies.mathematics.distances import (
    nearest_squared,
    squared_distances,
    squared_norms,
)
from albench.strategies.mathematics.greedy import best
from albench.strategies.query import Floats, Picks, among_usable, finite_rows, sized

if TYPE_CHECKING:
    from albench.api import PoolView


def ranked_batch(
    uncertainty: Floats, features: Floats, labelled: Floats, n: int, rng: np.random.Generator
) -> Picks:
    """Return `n` rows, best first.

    `uncertainty`, shape ``(n_pool,)``, is 0 to 1. Other arguments as in `albench.strategies`.
    """
    norms = squared_norms(features)
    nearest = nearest_squared(features, labelled)
    picks = np.empty(n, dtype=np.intp)
    for i in range(n):
        alpha = (len(features) - i) / (len(features) + len(labelled))
        dissimilarity = 1 - 1 / (1 + np.sqrt(nearest, dtype=np.float64))
        scores = alpha * dissimilarity + (1 - alpha) * uncertainty
        scores[picks[:i]] = -np.inf
        picks[i] = pick = best(scores, rng)
        one = slice(pick, pick + 1)
        to_pick = squared_distances(features, features[one], norms, norms[one])[:, 0]
        np.minimum(nearest, to_pick, out=nearest)
    return picks


@strategy(
    "ranked-batch",
    "Dissimilarity first, uncertainty more as labels grow (modAL's).",
    cost="n b",
    citation="Cardoso et al. 2017, Ranked batch-mode active learning",
)
class RankedBatch:
    """Chooses by dissimilarity while labels are few, by uncertainty when they are many."""

    needs = frozenset({needs.PROBA, needs.EMBEDDINGS})

    @sized
    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> Picks:
        """Return positions, best first; see `albench.api.QueryStrategy`."""
        uncertainty, features = lack_of_confidence(pool.proba), pool.embeddings
        labelled = pool.labelled_embeddings
        labelled = labelled[finite_rows(labelled)]
        return among_usable(
            finite_rows(uncertainty, features),
            n,
            rng,
            lambda rows, k: ranked_batch(uncertainty[rows], features[rows], labelled, k, rng),
        )

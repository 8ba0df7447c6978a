"""k-center (CoreSet): the farthest from all that is labelled, again and again.

Sener & Savarese 2018, the greedy form, which is at most twice as far as the best cover.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.api import needs
from albench.strategies.declaration import strategy
from albench.strategies.mathematics.distances import (
    nearest_squared,
    squared_distances,
    squared_norms,
)
from albench.strategies.mathematics.greedy import best
from albench.strategies.query import Floats, Picks, among_usable, finite_rows, sized

if TYPE_CHECKING:
    from albench.api import PoolView


def k_center(features: Floats, labelled: Floats, n: int, rng: np.random.Generator) -> Picks:
    """Return `n` rows, each the farthest from `labelled` and from the rows before it.

    Only the running minimum of the distances is kept: one matrix-vector product a pick. Without
    labelled vectors the first pick is random. Arguments as in `albench.strategies`.
    """
    norms = squared_norms(features)
    distance = nearest_squared(features, labelled)
    picks = np.empty(n, dtype=np.intp)
    for i in range(n):
        picks[i] = pick = best(distance, rng)
        one = slice(pick, pick + 1)
        to_pick = squared_distances(features, features[one], norms, norms[one])[:, 0]
        np.minimum(distance, to_pick, out=distance)
        distance[picks[: i + 1]] = -1  # under every distance: a pick is never picked again
    return picks


@strategy(
    "k-center",
    "The farthest from all that is labelled or picked, again and again (CoreSet).",
    cost="n b",
    citation="Sener & Savarese 2018, Active learning for convolutional neural networks",
)
class KCenter:
    """Chooses the candidates that are farthest from everything chosen before."""

    needs = frozenset({needs.EMBEDDINGS})

    @sized
    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> Picks:
        """Return positions, farthest first; see `albench.api.QueryStrategy`."""
        features, labelled = pool.embeddings, pool.labelled_embeddings
        labelled = labelled[finite_rows(labelled)]
        return among_usable(
            finite_rows(features),
            n,
            rng,
            lambda rows, k: k_center(features[rows], labelled, k, rng),
        )

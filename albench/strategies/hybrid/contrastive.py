"""CAL: candidates whose prediction differs from those of labelled candidates nearby.

Margatina et al. 2021, Active learning by acquiring contrastive examples.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.api import Option, needs, top
from albench.strategies.declaration import strategy
from albench.strategies.mathematics.approximate_neighbours import nearest_neighbours
from albench.strategies.query import Floats, Picks, among_usable, finite_rows, sized

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from albench.api import PoolView

FAINTEST = 1e-7
"""Probabilities are kept over this, so that the divergence is finite."""


def contrast(
    proba: Floats, features: Floats, labelled_proba: Floats, labelled: Floats, neighbours: int
) -> NDArray[np.float64]:
    """Return the mean divergence of labelled neighbours' predictions from each candidate's.

    It is the mean of KL(neighbour || candidate) over so many labelled neighbours, in nats, of shape
    ``(n_pool,)``; without a labelled set all are 0. `labelled_proba` are the probabilities of the
    labelled set, ``(n_labelled, n_classes)``; other arguments as in `albench.strategies`.
    """
    if len(labelled) == 0:
        return np.zeros(len(proba))
    theirs = np.maximum(labelled_proba.astype(np.float64), FAINTEST)
    negentropy = (theirs * np.log(theirs)).sum(axis=1)
    near = nearest_neighbours(features, labelled, neighbours)
    # The divergence is linear in the neighbour but for its entropy: their mean is all it takes.
    log_proba = np.log(np.maximum(proba, FAINTEST, dtype=np.float64))
    crossed = sum(theirs[column] for column in near.T) / near.shape[1]
    return np.asarray(negentropy[near].mean(axis=1) - (crossed * log_proba).sum(axis=1))


@strategy(
    "cal",
    "Predicted unlike the labelled neighbours.",
    options=(
        Option(
            name="neighbours",
            type=int,
            default=10,
            minimum=1,
            maximum=10_000,
            help="how many labelled neighbours",
        ),
    ),
    citation="Margatina et al. 2021, Active learning by acquiring contrastive examples",
)
class Contrastive:
    """Chooses candidates that are predicted unlike their labelled neighbours.

    Parameters
    ----------
    neighbours : int
        How many labelled neighbours.
    """

    needs = frozenset({needs.PROBA, needs.EMBEDDINGS})

    def __init__(self, neighbours: int = 10) -> None:
        self.neighbours = neighbours

    @sized
    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> Picks:
        """Return positions, most contrastive first; see `albench.api.QueryStrategy`."""
        usable = finite_rows(pool.labelled_proba, pool.labelled_embeddings)

        def choose(rows: Picks | slice, k: int) -> Picks:
            scores = contrast(
                pool.proba[rows],
                pool.embeddings[rows],
                pool.labelled_proba[usable],
                pool.labelled_embeddings[usable],
                self.neighbours,
            )
            return top(scores, k, rng)

        return among_usable(finite_rows(pool.proba, pool.embeddings), n, rng, choose)

"""DAL: what a classifier of labelled against unlabelled is surest to be unlabelled.

Gissin & Shalev-Shwartz 2019, Discriminative active learning. A query is made in parts; after each
part its picks count as labelled and the classifier is fitted again. Departure: the classifier is a
class-balanced logistic regression on the embeddings, the authors' a small network.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.api import Option, needs, top
from albench.strategies.declaration import strategy
from albench.strategies.mathematics.joined import Joined
from albench.strategies.mathematics.logistic import LogisticFits
from albench.strategies.query import Floats, Picks, among_usable, finite_rows, sized

if TYPE_CHECKING:
    from albench.api import PoolView


def discriminative(
    features: Floats, labelled: Floats, n: int, rng: np.random.Generator, parts: int = 10
) -> Picks:
    """Return `n` rows that look least labelled, chosen in so many parts, part after part.

    Without labelled vectors the first part is random. Arguments as in `albench.strategies`.
    """
    rows = Joined(labelled, features)
    unlabelled = np.ones(len(rows), dtype=bool)
    unlabelled[: len(labelled)] = False
    picks, classifier = np.empty(0, dtype=np.intp), LogisticFits(rows)
    for part in np.array_split(np.arange(n), min(parts, n)):
        scores = classifier.scores(unlabelled)[len(labelled) :]
        scores[picks] = np.nan  # wanted least
        picks = np.concatenate([picks, top(scores, len(part), rng)])
        unlabelled[len(labelled) + picks] = False
    return picks


@strategy(
    "discriminative",
    "Told from the labelled set most easily (DAL).",
    options=(
        Option(
            name="parts",
            type=int,
            default=10,
            minimum=1,
            maximum=1000,
            help="in how many parts a query is made",
        ),
    ),
    citation="Gissin & Shalev-Shwartz 2019, Discriminative active learning",
    version=3,
)
class Discriminative:
    """Chooses what is most easily distinguished from the labelled set.

    Parameters
    ----------
    parts : int
        In how many parts a query is made.
    """

    needs = frozenset({needs.EMBEDDINGS})

    def __init__(self, parts: int = 10) -> None:
        self.parts = parts

    @sized
    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> Picks:
        """Return positions, least labelled first; see `albench.api.QueryStrategy`."""
        features, labelled = pool.embeddings, pool.labelled_embeddings
        labelled = labelled[finite_rows(labelled)]
        return among_usable(
            finite_rows(features),
            n,
            rng,
            lambda rows, k: discriminative(features[rows], labelled, k, rng, self.parts),
        )

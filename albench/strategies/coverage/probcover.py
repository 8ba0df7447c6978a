"""ProbCover: greedy maximum coverage by balls whose radius keeps them pure.

Yehuda et al. 2022, Active learning through a covering lens. The radius is the paper's, the largest
for which a share `purity` of balls hold one k-means cluster only; since a ball is pure until it
reaches the nearest row of another cluster, that is a quantile of those distances, and no grid is
searched. It is estimated on at most 2000 random candidates. Beyond 50,000 candidates balls are
chosen from, and counted on, a sample (`albench.strategies.mathematics.sampled_rows`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.api import Option, needs
from albench.api.large_pools import BOUNDED
from albench.strategies.declaration import RANDOMISED, strategy
from albench.strategies.mathematics.clusters import k_means
from albench.strategies.mathematics.max_coverage import Cover, ball, max_coverage
from albench.strategies.mathematics.neighbours import nearest_enemy
from albench.strategies.mathematics.sampled_rows import within_a_sample
from albench.strategies.query import Floats, Picks, among_usable, finite_rows, sized

if TYPE_CHECKING:
    from albench.api import PoolView

SAMPLE = 2000
"""How many candidates the radius is estimated on."""


def pure_radius(features: Floats, n_classes: int, purity: float, rng: np.random.Generator) -> float:
    """Return the largest radius at which a share `purity` of balls hold one cluster only.

    Parameters
    ----------
    features : ndarray, shape (n, D)
        Finite vectors.
    n_classes : int
        How many clusters stand for the classes.
    purity : float
        0 to 1.
    rng : numpy.random.Generator
        Samples rows and starts k-means.

    Returns
    -------
    float
        Just under a Euclidean distance; infinite if there is only one cluster.
    """
    rows = features[rng.permutation(len(features))[:SAMPLE]]
    enemies = nearest_enemy(rows, k_means(rows, n_classes, rng).assignment)
    impure = int((1 - purity) * len(enemies) + 1e-9)  # how many balls may be
    first = np.sort(enemies)[min(impure, len(enemies) - 1)]
    return float(np.sqrt(first)) * (1 - 1e-6)  # the ball of the next stops short of its enemy


def probcover(
    features: Floats, labelled: Floats, radius: float, n: int, rng: np.random.Generator
) -> Picks:
    """Return `n` rows whose balls of a radius cover most of what no ball covers yet.

    There are many ties once all is covered. Arguments as in `albench.strategies`.
    """
    ones = np.ones(len(features))
    return max_coverage(Cover(features, labelled, ball(radius), ones), n, rng)


@strategy(
    "probcover",
    "Centres of pure balls that cover most of what nothing labelled covers.",
    options=(
        Option(
            name="purity",
            type=float,
            default=0.95,
            minimum=0.0,
            maximum=1.0,
            help="the share of balls that must hold one cluster only",
        ),
    ),
    tags=RANDOMISED | {BOUNDED},
    cost="n^2",
    citation="Yehuda et al. 2022, Active learning through a covering lens",
)
class ProbCover:
    """Chooses the centres of balls that cover most of the pool.

    Parameters
    ----------
    purity : float
        The share of balls that must hold one cluster only.
    """

    needs = frozenset({needs.EMBEDDINGS})

    def __init__(self, purity: float = 0.95) -> None:
        self.purity = purity

    @sized
    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> Picks:
        """Return positions in order of choice; see `albench.api.QueryStrategy`."""
        labelled = pool.labelled_embeddings
        labelled = labelled[finite_rows(labelled)]

        def choose(rows: Picks | slice, k: int) -> Picks:
            features = pool.embeddings[rows]
            radius = pure_radius(features, pool.n_classes, self.purity, rng)
            return probcover(features, labelled, radius, k, rng)

        usable = finite_rows(pool.embeddings)
        return among_usable(usable, n, rng, within_a_sample(choose, usable, rng))

"""MaxHerding: coverage of the pool by a Gaussian kernel.

Bae et al. 2024, Generalized coverage for more robust low-budget active learning. Vectors are scaled
to length one, as in the paper. Beyond 50,000 candidates picks are made from, and coverage is
counted on, a sample (`albench.strategies.mathematics.sampled_rows`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.api import Option, needs
from albench.api.large_pools import BOUNDED
from albench.strategies.declaration import COARSE, strategy
from albench.strategies.mathematics.max_coverage import Cover, gaussian, max_coverage
from albench.strategies.mathematics.sampled_rows import within_a_sample
from albench.strategies.query import Floats, Picks, among_usable, finite_rows, sized

if TYPE_CHECKING:
    from albench.api import PoolView


def herd(  # the arrays and what shapes the objective
    features: Floats,
    labelled: Floats,
    width: float,
    n: int,
    rng: np.random.Generator,
    weights: Floats | None = None,
) -> Picks:
    """Return `n` rows that, with the labelled ones, are nearest to all.

    `width` is that of the Gaussian kernel. `weights`, shape ``(n_pool,)``, say how much being near
    to each row is worth; None is one for all. All vectors count as scaled to length one. Other
    arguments as in `albench.strategies`.
    """
    weights = np.ones(len(features)) if weights is None else weights
    cover = Cover(features, labelled, gaussian(width), weights, by_direction=True)
    return max_coverage(cover, n, rng)


@strategy(
    "maxherding",
    "Nearest, by a Gaussian kernel, to what nothing labelled is near to.",
    options=(
        Option(
            name="width",
            type=float,
            default=1.0,
            minimum=1e-3,
            maximum=1e3,
            help="of the kernel, on vectors of length one",
        ),
    ),
    tags=COARSE | {BOUNDED},
    cost="n^2",
    citation="Bae et al. 2024, Generalized coverage for more robust low-budget active learning",
    version=2,
)
class MaxHerding:
    """Chooses what is nearest to the part of the pool that nothing labelled is near to.

    Parameters
    ----------
    width : float
        Of the Gaussian kernel, on vectors of length one.
    """

    needs = frozenset({needs.EMBEDDINGS})

    def __init__(self, width: float = 1.0) -> None:
        self.width = width

    @sized
    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> Picks:
        """Return positions in order of choice; see `albench.api.QueryStrategy`."""
        labelled = pool.labelled_embeddings
        labelled = labelled[finite_rows(labelled)]
        usable = finite_rows(pool.embeddings)

        def choose(rows: Picks | slice, k: int) -> Picks:
            return herd(pool.embeddings[rows], labelled, self.width, k, rng)

        return among_usable(usable, n, rng, within_a_sample(choose, usable, rng))

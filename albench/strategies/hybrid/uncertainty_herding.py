"""Uncertainty herding: coverage, by a Gaussian kernel, of what is uncertain.

Bae et al. 2025, Uncertainty herding. Vectors are scaled to length one, as in the paper. Two
departures: the uncertainty is that of a logistic head on the embeddings, whose temperature is tuned
on subjects it has not seen (the paper retrains the network for that), and the kernel's width, the
smallest distance between labelled samples that differ, is kept within a query.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.api import needs
from albench.api.large_pools import BOUNDED
from albench.strategies.coverage.maxherding import herd
from albench.strategies.declaration import strategy
from albench.strategies.mathematics.confidence import margin
from albench.strategies.mathematics.max_coverage import unit_rows
from albench.strategies.mathematics.neighbours import distance_blocks
from albench.strategies.mathematics.sampled_rows import within_a_sample
from albench.strategies.mathematics.softmax_head import calibrated_proba
from albench.strategies.query import Floats, Picks, among_usable, finite_rows, sized

if TYPE_CHECKING:
    from albench.api import PoolView


@strategy(
    "uncertainty-herding",
    "Nearest to the uncertain part of the pool, temperature and width adapted.",
    tags=frozenset({BOUNDED}),
    cost="n^2",
    citation="Bae et al. 2025, Uncertainty herding",
    version=2,
)
class UncertaintyHerding:
    """Chooses what is nearest to the uncertain part of the pool."""

    needs = frozenset({needs.EMBEDDINGS})

    @sized
    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> Picks:
        """Return positions in order of choice; see `albench.api.QueryStrategy`."""
        usable = finite_rows(pool.labelled_embeddings)
        labelled = pool.labelled_embeddings[usable]

        def choose(rows: Picks | slice, k: int) -> Picks:
            features = pool.embeddings[rows]
            proba = calibrated_proba(
                labelled,
                pool.labels[usable],
                pool.labelled_subjects[usable],
                pool.n_classes,
                features,
            )
            width = adapted_width(unit_rows(labelled))
            return herd(features, labelled, width, k, rng, 1 - margin(proba))

        in_pool = finite_rows(pool.embeddings)
        return among_usable(in_pool, n, rng, within_a_sample(choose, in_pool, rng))


def adapted_width(labelled: Floats) -> float:
    """Return the smallest distance between labelled vectors that differ: it shrinks as they grow.

    Parameters
    ----------
    labelled : ndarray, shape (n_labelled, D)
        Vectors of length one.

    Returns
    -------
    float
        1, the papers' fixed width, where no two differ.
    """
    smallest = np.inf
    for _, squared in distance_blocks(labelled, labelled) if len(labelled) else ():
        smallest = min(smallest, squared[squared > 0].min(initial=np.inf))
    return float(np.sqrt(smallest)) if np.isfinite(smallest) else 1.0

"""MaxHerding and uncertainty herding: coverage by a Gaussian kernel, plain or of what is uncertain.

Bae et al. 2024, Generalized coverage for more robust low-budget active learning; Bae et al. 2025,
Uncertainty herding. Vectors are scaled to length one, as in the papers. Two departures of
uncertainty herding: the uncertainty is that of a logistic head on the embeddings, whose temperature
is tuned on subjects it has not seen (the paper retrains the network for that), and the kernel's
width, the smallest distance between labelled samples that differ, is kept within a query.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.api import needs
from albench.strategies.coverage import Cover, gaussian, max_coverage, unit_rows
from albench.strategies.neighbours import distance_blocks
from albench.strategies.query import Floats, Picks, among_usable, finite_rows, sized
from albench.strategies.softmax_head import calibrated_proba
from albench.strategies.uncertainty import margin

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

    Parameters
    ----------
    features : ndarray, shape (n_pool, D)
        Finite vectors, which count as scaled to length one.
    labelled : ndarray, shape (n_labelled, D)
        Likewise.
    width : float
        Of the Gaussian kernel.
    n : int
        1 to ``n_pool``.
    rng : numpy.random.Generator
        Breaks ties.
    weights : ndarray, shape (n_pool,), or None
        How much being near to each row is worth; None is one for all.

    Returns
    -------
    ndarray of int, shape (n,)
        Distinct positions, in order of choice.
    """
    weights = np.ones(len(features)) if weights is None else weights
    cover = Cover(features, labelled, gaussian(width), weights, by_direction=True)
    return max_coverage(cover, n, rng)


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
        return among_usable(
            finite_rows(pool.embeddings),
            n,
            rng,
            lambda rows, k: herd(pool.embeddings[rows], labelled, self.width, k, rng),
        )


class UncertaintyHerding:
    """Chooses what is nearest to the uncertain part of the pool."""

    needs = frozenset({needs.EMBEDDINGS})

    @sized
    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> Picks:
        """Return positions in order of choice; see `albench.api.QueryStrategy`."""
        known = finite_rows(pool.labelled_embeddings)
        labelled = pool.labelled_embeddings[known]

        def choose(rows: Picks | slice, k: int) -> Picks:
            features = pool.embeddings[rows]
            proba = calibrated_proba(
                labelled,
                pool.labels[known],
                pool.labelled_subjects[known],
                pool.n_classes,
                features,
            )
            width = adapted_width(unit_rows(labelled))
            return herd(features, labelled, width, k, rng, 1 - margin(proba))

        return among_usable(finite_rows(pool.embeddings), n, rng, choose)

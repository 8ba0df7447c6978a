"""Expected gain: what a modality tells, by masked entropy, for what it costs.

Ours, after the value of information in active feature acquisition (Saar-Tsechansky, Melville &
Provost 2009, Active feature-value acquisition): the gain is the expected fall of the entropy of the
prediction. A label settles all of it. A modality settles a share, which is estimated on those in
the pool of whom it is known: how much lower their entropy is than with the modality at its mean
vector. One share for all subjects is a coarse estimate, and a modality that nobody in the pool has
is taken to settle everything, so that it is tried.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.api import ACQUISITION_API, needs
from albench.api.acquisition import Request
from albench.strategies.declaration import strategy
from albench.strategies.mathematics.entropies import entropy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from albench.api.acquisition import Offer
    from albench.api.pool import PoolView

LEAST_PRICE = 1e-9
"""What is free is worth more than anything else, and still comparable."""


@strategy(
    "expected-gain",
    "The modality or label that lowers entropy most for its price.",
    api=ACQUISITION_API,
    modalities=(2, None),
    cost="n log n",
    citation="ours, after Saar-Tsechansky, Melville & Provost 2009, Active feature-value "
    "acquisition",
)
class ExpectedGain:
    """Asks for what is expected to lower entropy most for its price."""

    needs = frozenset({needs.PROBA, needs.MASKED_PROBA})

    def __call__(self, pool: PoolView, offer: Offer, rng: np.random.Generator) -> list[Request]:
        """Return requests, the most worth first; see `albench.api.AcquisitionStrategy`."""
        uncertainty = np.nan_to_num(entropy(pool.proba))
        _, first = np.unique(pool.subjects, return_index=True)
        first = rng.permutation(first)
        told = [settled_share(pool, uncertainty, column) for column in range(len(offer.prices))]
        # A column for each modality, and the last one for the label.
        shares = np.append(told, 1.0)
        prices = np.maximum(np.append(offer.prices, offer.label_price), LEAST_PRICE)
        worth = uncertainty[first, None] * (shares / prices)
        can_be_had = np.column_stack([offer.obtainable[first], np.ones(len(first), dtype=bool)])
        return _ordered(pool, first, np.where(can_be_had, worth, -np.inf))


def settled_share(pool: PoolView, uncertainty: NDArray[np.floating], column: int) -> float:
    """Return which share of the entropy a modality settles.

    Parameters
    ----------
    pool : PoolView
        With candidates of whom it is known, and others.
    uncertainty : ndarray of float, shape (n_pool,)
        The entropy of each candidate's prediction.
    column : int
        Of the modality.

    Returns
    -------
    float
        0 to 1; 1 where nobody in the pool has it.
    """
    has = pool.available[:, column]
    if not has.any():
        return 1.0
    others = [name for i, name in enumerate(pool.modalities) if i != column]
    without = float(np.nan_to_num(entropy(pool.masked_proba(*others)[has])).mean())
    if without <= 0:
        return 0.0
    return float(np.clip(1 - uncertainty[has].mean() / without, 0.0, 1.0))


def _ordered(pool: PoolView, first: NDArray[np.intp], worth: NDArray[np.floating]) -> list[Request]:
    """Return requests by worth; what is worth less than a subject's label comes to nothing."""
    label = worth.shape[1] - 1
    is_asked = np.isfinite(worth) & (worth >= worth[:, [label]])
    rows, columns = np.nonzero(is_asked)
    # Of things of equal worth, the label of a subject comes last.
    order = np.lexsort([columns, -worth[rows, columns]])
    return [
        Request(int(first[row]), None if column == label else pool.modalities[column])
        for row, column in zip(rows[order], columns[order], strict=True)
    ]

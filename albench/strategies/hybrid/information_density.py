"""Information density: uncertainty where the pool is dense.

Settles & Craven 2008. The similarity is (1 + cosine) / 2, whose mean over the pool is one product
with the mean direction; modAL's function of this name takes 1 / (1 + distance) and no uncertainty.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.api import Option, needs, top
from albench.strategies.declaration import strategy
from albench.strategies.mathematics.entropies import entropy
from albench.strategies.mathematics.joined import blocks
from albench.strategies.mathematics.max_coverage import unit_rows
from albench.strategies.query import Floats, Picks, among_usable, finite_rows, sized

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from albench.api import PoolView


def density(features: Floats) -> NDArray[np.float64]:
    """Return the mean of (1 + cosine) / 2 of each row with all rows, 0 to 1, ``(n,)``."""
    sums = [unit_rows(features[part]).sum(axis=0, dtype=np.float64) for part in blocks(features)]
    centre = (sum(sums[1:], sums[0]) / len(features)).astype(features.dtype)
    cosines = [unit_rows(features[part]) @ centre for part in blocks(features)]
    return np.asarray((1 + np.concatenate(cosines)) / 2, dtype=np.float64)


@strategy(
    "information-density",
    "Uncertain candidates that many others resemble.",
    options=(
        Option(
            name="beta",
            type=float,
            default=1.0,
            minimum=0.0,
            maximum=100.0,
            help="the power of the density; 0 is plain entropy",
        ),
    ),
    citation="Settles & Craven 2008",
    version=2,
)
class InformationDensity:
    """Chooses uncertain candidates that many others resemble.

    Parameters
    ----------
    beta : float
        The power of the density; 0 is plain entropy.
    """

    needs = frozenset({needs.PROBA, needs.EMBEDDINGS})

    def __init__(self, beta: float = 1.0) -> None:
        self.beta = beta

    @sized
    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> Picks:
        """Return positions, most informative first; see `albench.api.QueryStrategy`."""
        uncertainty, features = entropy(pool.proba), pool.embeddings
        return among_usable(
            finite_rows(uncertainty, features),
            n,
            rng,
            lambda rows, k: top(
                uncertainty[rows] * density(features[rows]).clip(min=0) ** self.beta, k, rng
            ),
        )

"""BMMAL: BADGE with the gradient of each modality scaled by its share in the prediction.

Shen et al. 2023, Towards balanced active learning for multimodal classification. As in the authors'
code: a modality's contribution is its Shapley value for the probability of the predicted class, its
share is that value's size among all modalities, and the gradient of a modality is scaled by one
minus what its share lacks to the largest. The authors have two modalities; the rule for more is
ours.
"""

from __future__ import annotations

from itertools import combinations
from math import factorial
from typing import TYPE_CHECKING

import numpy as np

from albench.api import needs
from albench.strategies.badge import badge
from albench.strategies.outer_rows import ScaledBlocks
from albench.strategies.query import Floats, Picks, among_usable, finite_rows, sized

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from albench.api import PoolView


def shapley(
    worth: Callable[[tuple[str, ...]], Floats], names: Sequence[str]
) -> NDArray[np.float64]:
    """Return what each player adds, on average over the orders in which they may join.

    Parameters
    ----------
    worth : callable
        ``worth(members)`` returns the worth ``(n,)`` of a coalition, its members in the order of
        `names`.
    names : sequence of str
        The players.

    Returns
    -------
    ndarray of float64, shape (n_players, n)
        They sum to the worth of all less the worth of none.
    """
    count = len(names)
    values = []
    for name in names:
        others = [other for other in names if other != name]
        value = np.zeros(())
        for size in range(count):
            chance = factorial(size) * factorial(count - size - 1) / factorial(count)
            for members in combinations(others, size):
                joined = tuple(other for other in names if other in members or other == name)
                added = worth(joined).astype(np.float64) - worth(members)
                value = value + chance * added
        values.append(value)
    return np.array(values)


def scales(contributions: Floats) -> NDArray[np.float64]:
    """Return one minus what each modality's share lacks to the largest share.

    Parameters
    ----------
    contributions : ndarray, shape (n_modalities, n)
        Shapley values.

    Returns
    -------
    ndarray of float64, shape (n_modalities, n)
        1 for the modality that counts most; 1 for all where none counts.
    """
    sizes = np.abs(contributions)
    total = sizes.sum(axis=0)
    shares = np.divide(sizes, total, out=np.zeros_like(sizes), where=total > 0)
    return np.asarray(1 - (shares.max(axis=0) - shares))


class Bmmal:
    """Chooses gradients that are long, unlike each other, and not one modality's alone."""

    needs = frozenset({needs.PROBA, needs.STREAM_EMBEDDINGS, needs.MASKED_PROBA})

    @sized
    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> Picks:
        """Return positions in order of choice; see `albench.api.QueryStrategy`."""
        streams, rows = pool.stream_embeddings, np.arange(len(pool))
        label = pool.proba.argmax(axis=1)
        contributions = shapley(lambda kept: pool.masked_proba(*kept)[rows, label], pool.modalities)
        factors = scales(contributions).astype(np.float32)
        vectors = [streams[name] for name in pool.modalities]

        def choose(part: Picks | slice, k: int) -> Picks:
            scaled = ScaledBlocks([each[part] for each in vectors], factors[:, part])
            return badge(pool.proba[part], scaled, k, rng)

        return among_usable(finite_rows(pool.proba, *vectors, factors.T), n, rng, choose)

"""BMMAL: BADGE with the gradient of each modality scaled by its share in the prediction.

Shen et al. 2023, Towards balanced active learning for multimodal classification. As in the authors'
code: a modality's contribution is its Shapley value for the fused probability of the predicted
class, its share is that value's size among all modalities, and the gradient of a modality is scaled
by one minus what its share lacks to the largest. Their sampling function would take probabilities
of each modality's own head, but their runner gives it the fused ones for both; the heads are
trained and take no other part (option `stream_heads` of the model `mmfn`).

Departures: a modality that is left out is at its mean vector, as everywhere in albench; theirs is
zero, which is ``missing = "zero"``. What a mean vector adds to the logits is then taken off again,
as the network's last layer has it (see `recovered_head`): exact for a linear classifier over the
modalities' vectors where the pool has more candidates than a vector has numbers, the closest of the
smallest weights otherwise. The authors have two modalities; the rule for more is ours.
"""

from __future__ import annotations

from itertools import combinations
from math import factorial
from typing import TYPE_CHECKING

import numpy as np

from albench.api import Option, needs
from albench.strategies.declaration import RANDOMISED, strategy
from albench.strategies.hybrid.badge import badge
from albench.strategies.mathematics.outer_rows import ScaledBlocks
from albench.strategies.mathematics.recovered_head import centred_log, recovered_head
from albench.strategies.query import Floats, Picks, among_usable, finite_rows, sized

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

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


def zeroed_worth(
    vectors: Mapping[str, Floats],
    masked: Callable[[tuple[str, ...]], Floats],
    label: NDArray[np.intp],
) -> Callable[[tuple[str, ...]], Floats]:
    """Return what a class's probability is with some modalities' vectors, the others zero.

    Parameters
    ----------
    vectors : mapping of str to ndarray, shape (n, d)
        Finite vectors of each modality.
    masked : callable
        ``masked(kept)`` returns finite probabilities ``(n, n_classes)`` with all but some
        modalities at their mean vectors.
    label : ndarray of int, shape (n,)
        A class a row.

    Returns
    -------
    callable
        ``worth(members)``, as `shapley` takes it.
    """
    from scipy.special import softmax

    added = {
        name: _of_the_mean(rows, masked((name,)), masked(())) for name, rows in vectors.items()
    }
    rows = np.arange(len(label))

    def worth(members: tuple[str, ...]) -> Floats:
        logits = centred_log(masked(members))
        for name in vectors.keys() - set(members):
            logits -= added[name]
        chosen: Floats = softmax(logits, axis=1)[rows, label]
        return chosen

    return worth


def _of_the_mean(rows: Floats, alone: Floats, nothing: Floats) -> NDArray[np.float64]:
    """Return what a modality's mean vector adds to the logits ``(n_classes,)``, over zeros."""
    own = rows @ recovered_head(rows, alone).weights
    over_the_mean = centred_log(alone) - centred_log(nothing)
    # The same in every row, but for rounding and for probabilities too small to distinguish.
    return np.asarray(np.median(own - over_the_mean, axis=0))


@strategy(
    "bmmal",
    "BADGE with each modality's gradient scaled by its share in the prediction.",
    options=(
        Option(
            name="missing",
            type=str,
            default="mean",
            choices=("mean", "zero"),
            later=True,
            help="what stands for a modality that is left out: its mean vector, or zeros",
        ),
    ),
    modalities=(2, None),
    tags=RANDOMISED,
    cost="n b",
    citation="Shen et al. 2023, Towards balanced active learning for multimodal classification",
    version=2,
)
class Bmmal:
    """Chooses gradients that are long, unlike each other, and not one modality's alone.

    Parameters
    ----------
    missing : str
        What stands for a modality that is left out: ``"mean"``, its mean vector, or ``"zero"``.
    """

    needs = frozenset({needs.PROBA, needs.STREAM_EMBEDDINGS, needs.MASKED_PROBA})

    def __init__(self, missing: str = "mean") -> None:
        self.missing = missing

    @sized
    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> Picks:
        """Return positions in order of choice; see `albench.api.QueryStrategy`."""
        streams = pool.stream_embeddings
        factors = scales(self._contributions(pool)).astype(np.float32)
        vectors = [streams[name] for name in pool.modalities]

        def choose(part: Picks | slice, k: int) -> Picks:
            scaled = ScaledBlocks([each[part] for each in vectors], factors[:, part])
            return badge(pool.proba[part], scaled, k, rng)

        return among_usable(finite_rows(pool.proba, *vectors, factors.T), n, rng, choose)

    def _contributions(self, pool: PoolView) -> NDArray[np.float64]:
        """Return the Shapley values ``(n_modalities, n_pool)``; NaN where nothing is known."""
        label = pool.proba.argmax(axis=1)
        rows = np.arange(len(pool))
        if self.missing == "mean":
            return shapley(lambda kept: pool.masked_proba(*kept)[rows, label], pool.modalities)
        vectors = {name: pool.stream_embeddings[name] for name in pool.modalities}
        rows = rows[finite_rows(pool.proba, *vectors.values())]
        contributions = np.full((len(vectors), len(pool)), np.nan)
        if len(rows):
            usable = {name: each[rows] for name, each in vectors.items()}
            worth = zeroed_worth(usable, lambda kept: pool.masked_proba(*kept)[rows], label[rows])
            contributions[:, rows] = shapley(worth, pool.modalities)
        return contributions

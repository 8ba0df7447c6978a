"""EPIG: what a label would say about predictions elsewhere, not about weights.

Bickford Smith et al. 2023, Prediction-oriented Bayesian active learning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.api import Option, needs, top
from albench.strategies.declaration import PASSES, RANDOMISED, strategy
from albench.strategies.mathematics.entropies import entropy, spread
from albench.strategies.query import Floats, Picks, finite_rows, sized

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from albench.api import PoolView


ROUGH = 1e-4
"""More nats than float32 puts a score wrong by."""


def epig(
    passes: Floats, targets: Floats, block: int = 2**17, precision: type = np.float64
) -> NDArray[np.float64]:
    """Return the mean over targets of the information that two labels share.

    Parameters
    ----------
    passes : ndarray, shape (n_passes, n, n_classes)
        Probabilities of the candidates under samples of the weights.
    targets : ndarray, shape (n_passes, n_targets, n_classes)
        The same of the targets, under the same samples.
    block : int
        The largest number of joint probabilities held at once.
    precision : type
        In which joint probabilities and their logarithms are taken.

    Returns
    -------
    ndarray of float64, shape (n,)
        0 where a label says nothing of any target.
    """
    n_passes, n, n_classes = passes.shape
    others = targets.reshape(n_passes, -1).astype(precision) / n_passes  # targets x classes
    n_targets = targets.shape[1]
    joint_entropy = np.empty(n)
    step = max(1, block // (n_classes * others.shape[1]))
    for start in range(0, n, step):
        part = passes[:, start : start + step].reshape(n_passes, -1)  # candidates x classes
        joint = part.astype(precision).T @ others
        sums = spread(joint).reshape(-1, n_classes).sum(axis=1)
        joint_entropy[start : start + step] = sums / n_targets
    apart = entropy(passes.mean(axis=0)) + entropy(targets.mean(axis=0)).mean()
    return np.asarray(np.maximum(apart - joint_entropy, 0.0))


def largest_epig(passes: Floats, targets: Floats, n: int) -> NDArray[np.float64]:
    """Return what `epig` does of the candidates that may be among the `n` best, ``(n_pool,)``.

    Float32 takes a third of the time and says who they are. For all others it is rough, and less
    than the `n` best; it is NaN where a probability is. Passes and targets as of `epig`.
    """
    scores = epig(passes, targets, precision=np.float32)
    usable = np.flatnonzero(np.isfinite(scores))
    if n < len(usable):
        least = np.partition(scores[usable], -n)[-n]
        usable = usable[scores[usable] >= least - 2 * ROUGH]
    scores[usable] = epig(passes[:, usable], targets)
    return scores


@strategy(
    "epig",
    "The label says most about predictions for a random part of the pool.",
    options=(
        PASSES,
        Option(
            name="targets",
            type=int,
            default=100,
            minimum=1,
            maximum=100_000,
            help="how many candidates stand for the pool's distribution",
        ),
    ),
    tags=RANDOMISED,
    citation="Bickford Smith et al. 2023, Prediction-oriented Bayesian active learning",
)
class Epig:
    """Chooses what says most about predictions for a random part of the pool.

    Parameters
    ----------
    passes : int
        How many dropout passes.
    targets : int
        How many candidates stand for the pool's distribution.
    """

    needs = frozenset({needs.DROPOUT_PROBA})

    def __init__(self, passes: int = 10, targets: int = 100) -> None:
        self.passes = passes
        self.targets = targets

    @sized
    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> Picks:
        """Return positions, most informative first; see `albench.api.QueryStrategy`."""
        passes = np.stack(list(pool.dropout_proba(self.passes)))
        usable = np.flatnonzero(finite_rows(passes.swapaxes(0, 1)))
        if len(usable) == 0:
            return rng.permutation(len(pool))[:n]
        chosen = rng.permutation(usable)[: self.targets]
        return top(largest_epig(passes, passes[:, chosen], n), n, rng)

"""Scores with noise, so that a batch is not many times the same: power, softmax and softrank.

Kirsch et al. 2023, Stochastic batch acquisition. Adding Gumbel noise and taking the top is sampling
without replacement, with odds that the score decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from albench.api import Option, needs, top
from albench.strategies.declaration import PASSES, RANDOMISED, strategy
from albench.strategies.mathematics.entropies import entropy, mutual_information
from albench.strategies.query import Floats, Picks, among_usable, finite_rows, sized

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from albench.api import PoolView

    Noise = Callable[[Floats, float, np.random.Generator], Floats]

BETA = Option(
    name="beta",
    type=float,
    default=1.0,
    minimum=1e-6,
    maximum=1e6,
    help="larger is closer to the plain score",
)
KIRSCH = "Kirsch et al. 2023, Stochastic batch acquisition"


def power(scores: Floats, beta: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return ``log s + Gumbel / beta``: odds in proportion to the score's beta-th power.

    Scores, ``(n,)``, are 0 or more, and so many numbers to be ranked are returned. A larger `beta`
    is closer to the plain top; `rng` draws the noise.
    """
    tiny = np.finfo(np.float64).tiny  # a score of 0 is drawn last, not never
    return np.log(np.maximum(scores, tiny)) + rng.gumbel(size=len(scores)) / beta


def softmax(scores: Floats, beta: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return ``s + Gumbel / beta``: odds in proportion to ``exp(beta s)``, of any scores.

    `beta` and `rng` as of `power`.
    """
    return scores + rng.gumbel(size=len(scores)) / beta


def softrank(scores: Floats, beta: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return ``-log rank + Gumbel / beta``: odds in proportion to the rank's ``-beta``-th power.

    Only the order of scores counts, and ties are ordered at random. `beta` and `rng` as of `power`.
    """
    ranks = np.empty(len(scores))
    ranks[top(scores, len(scores), rng)] = np.arange(1, len(scores) + 1)
    return -np.log(ranks) + rng.gumbel(size=len(scores)) / beta


def noisy_top(
    scores: Floats,
    noise: Noise,
    beta: float,
    n: int,
    rng: np.random.Generator,
) -> Picks:
    """Return the `n` largest scores after noise, those that are NaN last.

    `noise` is `power`, `softmax` or `softrank`; `beta` and `rng` are its arguments. Picks are
    distinct positions, at most ``n_pool``.
    """
    return among_usable(
        finite_rows(scores), n, rng, lambda rows, k: top(noise(scores[rows], beta, rng), k, rng)
    )


class _NoisyBald:
    """Chooses by BALD with noise of one of the kinds above.

    Parameters
    ----------
    passes : int
        How many dropout passes.
    beta : float
        Larger is closer to plain BALD.
    """

    needs = frozenset({needs.DROPOUT_PROBA})
    noise: ClassVar[staticmethod[[Floats, float, np.random.Generator], Floats]]

    def __init__(self, passes: int = 10, beta: float = 1.0) -> None:
        self.passes = passes
        self.beta = beta

    @sized
    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> Picks:
        """Return positions in order of noisy score; see `albench.api.QueryStrategy`."""
        scores = mutual_information(pool.dropout_proba(self.passes))
        return noisy_top(scores, self.noise, self.beta, n, rng)


@strategy(
    "power-bald",
    "BALD with odds in proportion to a power of the score.",
    options=(PASSES, BETA),
    tags=RANDOMISED,
    citation=KIRSCH,
)
class PowerBald(_NoisyBald):
    """Chooses by BALD with noise: odds by a power of the score."""

    noise = staticmethod(power)


@strategy(
    "softmax-bald",
    "BALD with odds in proportion to the exponential of the score.",
    options=(PASSES, BETA),
    tags=RANDOMISED,
    citation=KIRSCH,
)
class SoftmaxBald(_NoisyBald):
    """Chooses by BALD with noise: odds by its exponential."""

    noise = staticmethod(softmax)


@strategy(
    "softrank-bald",
    "BALD with odds in proportion to a power of the inverse rank.",
    options=(PASSES, BETA),
    tags=RANDOMISED,
    cost="n log n",
    citation=KIRSCH,
)
class SoftrankBald(_NoisyBald):
    """Chooses by BALD with noise: odds by its rank."""

    noise = staticmethod(softrank)


@strategy(
    "power-entropy",
    "Entropy with odds in proportion to a power of the score.",
    options=(BETA,),
    tags=RANDOMISED,
    citation=KIRSCH,
)
class PowerEntropy:
    """Chooses by entropy with noise: odds by a power of the score.

    Parameters
    ----------
    beta : float
        Larger is closer to plain entropy.
    """

    needs = frozenset({needs.PROBA})

    def __init__(self, beta: float = 1.0) -> None:
        self.beta = beta

    @sized
    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> Picks:
        """Return positions in order of noisy score; see `albench.api.QueryStrategy`."""
        return noisy_top(entropy(pool.proba), power, self.beta, n, rng)

"""Ordinal variance: for staged labels, how many stages apart the likely answers are.

Classes are stages in the order of their numbers. Entropy cannot tell F1-or-F2 from F0-or-F4; the
variance of the stage can. With dropout passes it splits into the mean over passes (what the data
leave open) and the variance of the mean stage over passes (what the model does not know), the
epistemic part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.api import Option, needs, top
from albench.strategies.declaration import ORDINAL, PASSES, strategy
from albench.strategies.query import Floats, Picks, sized
from albench.strategies.scores import Scores, score_of_proba

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from albench.api import PoolView


def stage_moments(proba: Floats) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the mean of the stage, in class numbers, and of its square, each ``(n,)``."""
    stages = np.arange(proba.shape[1], dtype=np.float64)
    weights = proba.astype(np.float64)
    return np.asarray(weights @ stages), np.asarray(weights @ stages**2)


def stage_variance(passes: Iterable[Floats], part: str = "total") -> NDArray[np.float64]:
    """Return the variance of the stage, in squared stages.

    Parameters
    ----------
    passes : iterable of ndarray, shape (n, n_classes)
        Probabilities of each pass; at least one. Only sums over passes are kept.
    part : str
        ``"total"``, the variance under the mean over passes, or ``"epistemic"``, the variance of
        the mean stage over passes.

    Returns
    -------
    ndarray of float64, shape (n,)
        0 where one stage is certain, or all passes have the same mean stage.
    """
    means, squares, squared_means, count = np.zeros(()), np.zeros(()), np.zeros(()), 0
    for proba in passes:
        mean, square = stage_moments(proba)
        means, squares, squared_means = means + mean, squares + square, squared_means + mean**2
        count += 1
    second = squares if part == "total" else squared_means
    return np.maximum(second / count - (means / count) ** 2, 0.0)


OURS = "ours: a strategy for the task, the future work of MMFN-AL"


@score_of_proba("ordinal-variance", tags=ORDINAL, citation=OURS)
def ordinal_variance(proba: Floats) -> Scores:
    """The variance of the stage is largest."""
    return stage_variance([proba])


@strategy(
    "ordinal-variance-dropout",
    "The variance of the stage over dropout passes is largest, total or epistemic.",
    options=(
        PASSES,
        Option(
            name="part",
            type=str,
            default="total",
            choices=("total", "epistemic"),
            help="the variance under the mean, or of the mean stage over passes",
        ),
    ),
    tags=ORDINAL,
    citation=OURS,
)
class OrdinalVarianceDropout:
    """Chooses where the variance of the stage is largest over dropout passes.

    Parameters
    ----------
    passes : int
        How many dropout passes.
    part : str
        ``"total"`` or ``"epistemic"``.
    """

    needs = frozenset({needs.DROPOUT_PROBA})

    def __init__(self, passes: int = 10, part: str = "total") -> None:
        self.passes = passes
        self.part = part

    @sized
    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> Picks:
        """Return positions, largest variance first; see `albench.api.QueryStrategy`."""
        return top(stage_variance(pool.dropout_proba(self.passes), self.part), n, rng)

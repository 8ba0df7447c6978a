"""Queries that do not buy the same thing many times: per-subject cap and distinct samples.

Candidates are pairs of samples, and frames of a video: the top of a score is often one subject.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench.api import Option
from albench.strategies.declaration import WRAPPER, strategy
from albench.strategies.query import Picks, sized
from albench.strategies.wrappers.admission import at_most, query_admitted, sharing_nothing
from albench.strategies.wrappers.bases import base, built_in

if TYPE_CHECKING:
    import numpy as np

    from albench.api import PoolView


@strategy(
    "per-subject-cap",
    "By another strategy, at most so many candidates of a subject.",
    options=(
        base("base", "entropy", "the strategy"),
        Option(
            name="cap",
            type=int,
            default=1,
            minimum=1,
            maximum=1_000_000,
            help="the largest number of candidates of one subject in a query",
        ),
    ),
    tags=WRAPPER,
    cost="n log n",
)
class PerSubjectCap:
    """Chooses as another strategy does, but at most so many candidates of a subject.

    Where subjects are too few for that, the cap starts again.

    Parameters
    ----------
    base : str
        A built-in strategy.
    cap : int
        The largest number of candidates of one subject in a query.
    """

    def __init__(self, base: str = "entropy", cap: int = 1) -> None:
        self.base = base
        self.cap = cap
        self.needs = built_in(base).needs

    @sized
    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> Picks:
        """Return positions in the other strategy's order; see `albench.api.QueryStrategy`."""
        cap = at_most(pool.subjects, self.cap)
        return query_admitted(built_in(self.base), pool, n, rng, cap)


@strategy(
    "distinct-samples",
    "By another strategy, no two candidates that share a sample.",
    options=(base("base", "entropy", "the strategy"),),
    tags=WRAPPER,
    cost="n log n",
)
class DistinctSamples:
    """Chooses as another strategy does, but no two candidates that share a sample.

    Where samples are too few for that, sharing starts again.

    Parameters
    ----------
    base : str
        A built-in strategy.
    """

    def __init__(self, base: str = "entropy") -> None:
        self.base = base
        self.needs = built_in(base).needs

    @sized
    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> Picks:
        """Return positions in the other strategy's order; see `albench.api.QueryStrategy`."""
        distinct = sharing_nothing(pool.candidates)
        return query_admitted(built_in(self.base), pool, n, rng, distinct)

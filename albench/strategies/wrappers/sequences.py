"""One strategy on a part of the pool, after another, or from what another would take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench.api import Option
from albench.strategies.declaration import RANDOMISED, WRAPPER, strategy
from albench.strategies.query import Picks, sized
from albench.strategies.wrappers.bases import base, built_in

if TYPE_CHECKING:
    import numpy as np

    from albench.api import PoolView


@strategy(
    "sub-sample",
    "By another strategy, from a random part of the pool.",
    options=(
        base("base", "entropy", "the strategy"),
        Option(
            name="size",
            type=int,
            default=10_000,
            minimum=1,
            maximum=10_000_000,
            help="how many candidates it sees, or as many as are asked for",
        ),
    ),
    tags=WRAPPER | RANDOMISED,
)
class SubSample:
    """Chooses as another strategy does, from a random part of the pool.

    Parameters
    ----------
    base : str
        A built-in strategy.
    size : int
        How many candidates it sees, or as many as are asked for.
    """

    def __init__(self, base: str = "entropy", size: int = 10_000) -> None:
        self.base = base
        self.size = size
        self.needs = built_in(base).needs

    @sized
    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> Picks:
        """Return positions in the other strategy's order; see `albench.api.QueryStrategy`."""
        part = rng.permutation(len(pool))[: max(self.size, n)]
        return part[built_in(self.base)(pool.take(part), n, rng)]


@strategy(
    "switch",
    "By one strategy while labels are few, by another from then on.",
    options=(
        base("before", "typiclust", "the strategy while labels are few"),
        base("after", "entropy", "the strategy from then on", at_cold_start=False),
        Option(
            name="at",
            type=float,
            default=0.1,
            minimum=0.0,
            maximum=1.0,
            help="the share of all candidates that has labels when it changes",
        ),
    ),
    tags=WRAPPER | RANDOMISED,
    cost="n^2",
)
class Switch:
    """Chooses by one strategy while labels are few, by another from then on.

    Parameters
    ----------
    before : str
        A built-in strategy.
    after : str
        A built-in strategy.
    at : float
        The share of all candidates, labelled or not, at which it changes.
    """

    def __init__(self, before: str = "typiclust", after: str = "entropy", at: float = 0.1) -> None:
        self.before = before
        self.after = after
        self.at = at
        self.needs = built_in(before).needs | built_in(after).needs

    @sized
    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> Picks:
        """Return positions in that strategy's order; see `albench.api.QueryStrategy`."""
        share = len(pool.labels) / (len(pool.labels) + len(pool))
        is_early = share < self.at or not len(pool.labels)
        return built_in(self.before if is_early else self.after)(pool, n, rng)


@strategy(
    "combine",
    "By one strategy, among what another wants most.",
    options=(
        base("first", "entropy", "the strategy that is asked for more than is wanted"),
        base("then", "k-center", "the strategy that chooses among those"),
        Option(
            name="factor",
            type=int,
            default=5,
            minimum=1,
            maximum=1000,
            help="how many candidates the first leaves to each pick",
        ),
    ),
    tags=WRAPPER,
    cost="n b",
)
class Combine:
    """Chooses by one strategy among what another wants most.

    Parameters
    ----------
    first : str
        A built-in strategy, asked for more than is wanted.
    then : str
        A built-in strategy, which chooses among those.
    factor : int
        How many candidates the first leaves to each pick.
    """

    def __init__(self, first: str = "entropy", then: str = "k-center", factor: int = 5) -> None:
        self.first = first
        self.then = then
        self.factor = factor
        self.needs = built_in(first).needs | built_in(then).needs

    @sized
    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> Picks:
        """Return positions in the second strategy's order; see `albench.api.QueryStrategy`."""
        wanted = built_in(self.first)(pool, self.factor * n, rng)
        return wanted[built_in(self.then)(pool.take(wanted), n, rng)]

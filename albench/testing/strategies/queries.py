"""Query a strategy on a problem, and check that the answer is valid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from albench.execute.query_checks import checked_picks
from albench.testing.checks import Violation
from albench.testing.descriptor_claims import usual_count
from albench.testing.strategies.guarded_source import GuardedSource
from albench.testing.strategies.problems import problem

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from albench.api import PoolView
    from albench.testing.specimen import Specimen
    from albench.testing.strategies.problems import Problem

N = 7
"""The size of a query where the size does not matter."""

SHOWN = ("candidates", "subjects", "labelled_candidates", "labelled_subjects", "labels")
"""The arrays that a pool shows."""


@dataclass(frozen=True, eq=False)
class Query:
    """A strategy's answer, and what it read.

    Parameters
    ----------
    problem : Problem
        The pool.
    picks : ndarray of int
        Distinct positions in the pool, as many as requested if there are enough.
    source : GuardedSource
        Records what was read.
    view : PoolView
        What the strategy was shown.
    """

    problem: Problem
    picks: NDArray[np.intp]
    source: GuardedSource
    view: PoolView

    @property
    def chosen(self) -> frozenset[int]:
        """The chosen candidates, independent of the order of the pool."""
        return frozenset(self.problem.pool[self.picks].tolist())

    def require_nothing_written(self) -> None:
        """Raise `Violation` if the strategy wrote into what it was shown or given."""
        require_as_shown(self.view, self.problem)
        self.source.require_unchanged()


def require_as_shown(view: PoolView, problem: Problem) -> None:
    """Raise `Violation` if the strategy wrote into the arrays that the pool showed."""
    before = problem.view(())
    for name in SHOWN:
        if not np.array_equal(getattr(before, name), getattr(view, name)):
            raise Violation(f"it wrote into the pool's {name}")


def ask(
    specimen: Specimen,
    problem: Problem,
    n: int = N,
    *,
    seed: int = 0,
    **options: Any,  # the strategy's own
) -> Query:
    """Query a new instance of a strategy, its random stream seeded, for `n` picks.

    The options override the others. Raises `QueryFault` if the answer is not valid.
    """
    strategy = specimen.build(**options)
    source = GuardedSource(problem.source, strategy.needs)
    view = problem.view(strategy.needs, source)
    answer = strategy(view, n, np.random.default_rng(seed))
    who = f"asked for {n} of {len(view)} candidates"
    return Query(problem, checked_picks(answer, n, len(view), who), source, view)


def require_steady(specimen: Specimen, before: Query, n: int = N, **options: Any) -> None:
    """Raise if a strategy gives another answer, be it in order only, when the query is repeated.

    A check calls this before it blames a difference on what it changed: a strategy that uses a
    clock or a counter differs anyway. Size, seed and options are those of the first query.
    """
    again = ask(specimen, before.problem, n, **options)
    if again.picks.tolist() != before.picks.tolist():
        raise Violation(UNSTEADY)


UNSTEADY = (
    "queried again with the same pool and seed, it answers otherwise: a clock, a counter "
    "or a memory decides (see same-seed-same-picks), so that nothing can be compared"
)
"""The message about a strategy that does not repeat itself."""


def usual(specimen: Specimen, **settings: Any) -> Problem:  # the arguments of `problem`
    """Return an ordinary problem of the usual number of modalities; see `problem`."""
    return problem(usual_count(specimen.descriptor), **settings)


def is_decided(specimen: Specimen) -> bool:
    """Return whether the picks from a pool without ties depend on the pool alone.

    They do not where the strategy is tagged as randomised or coarse.
    """
    return not specimen.descriptor.tags & {"randomised", "coarse"}

"""Asking a strategy about a problem, and holding its answer to the contract."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from albench.execute.checks import checked_picks
from albench.testing.checks import Violation
from albench.testing.claims import counts
from albench.testing.strategies.guarded_source import GuardedSource
from albench.testing.strategies.problems import problem

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from albench.api import Descriptor, PoolView
    from albench.testing.specimen import Specimen
    from albench.testing.strategies.problems import Problem

N = 7
"""How many candidates are asked for where the number does not matter."""

SHOWN = ("candidates", "subjects", "labelled_candidates", "labelled_subjects", "labels")
"""The arrays that a pool shows."""


@dataclass(frozen=True, eq=False)
class Query:
    """A strategy's answer, and what it looked at.

    Parameters
    ----------
    problem : Problem
        What was asked about.
    picks : ndarray of int
        Distinct positions in the problem's pool, as many as there must be.
    source : GuardedSource
        What was read.
    view : PoolView
        What the strategy was shown.
    """

    problem: Problem
    picks: NDArray[np.intp]
    source: GuardedSource
    view: PoolView

    @property
    def chosen(self) -> frozenset[int]:
        """The candidates that were chosen, whatever the order of the pool."""
        return frozenset(self.problem.pool[self.picks].tolist())

    def require_nothing_written(self) -> None:
        """Raise `Violation` if the strategy wrote into what it was shown or given."""
        before = self.problem.view(())
        for name in SHOWN:
            if not np.array_equal(getattr(before, name), getattr(self.view, name)):
                raise Violation(f"it wrote into the pool's {name}")
        self.source.require_unchanged()


def ask(
    specimen: Specimen,
    problem: Problem,
    n: int = N,
    *,
    seed: int = 0,
    **options: Any,  # the strategy's own
) -> Query:
    """Return a new strategy's answer.

    Parameters
    ----------
    specimen : Specimen
        The strategy.
    problem : Problem
        The pool.
    n : int
        How many to choose.
    seed : int
        Of its random stream.
    **options : object
        Options to set otherwise.

    Returns
    -------
    Query
        With a valid answer.

    Raises
    ------
    QueryFault
        If the answer is none.
    """
    strategy = specimen.build(**options)
    source = GuardedSource(problem.source, strategy.needs)
    view = problem.view(strategy.needs, source)
    answer = strategy(view, n, np.random.default_rng(seed))
    who = f"asked for {n} of {len(view)} candidates"
    return Query(problem, checked_picks(answer, n, len(view), who), source, view)


def require_steady(specimen: Specimen, before: Query, n: int = N, **options: Any) -> None:
    """Raise if a strategy, asked again, does not repeat itself.

    A check that is about to blame a difference on what it changed calls this first: a strategy
    that draws from a clock or a counter differs whatever is changed.

    Parameters
    ----------
    specimen : Specimen
        The strategy.
    before : Query
        The answer that the changed one is compared with.
    n : int
        What it was asked for then.
    **options : object
        The seed and the options of then.

    Raises
    ------
    Violation
        If the answer is another this time, if only in its order.
    """
    again = ask(specimen, before.problem, n, **options)
    if again.picks.tolist() != before.picks.tolist():
        raise Violation(UNSTEADY)


UNSTEADY = (
    "asked again about the same pool with the same seed, it answers otherwise: a clock, a counter "
    "or a memory decides (see same-seed-same-picks), so that nothing can be compared"
)
"""What is said of a strategy that does not repeat itself."""


def usual_count(descriptor: Descriptor) -> int:
    """Return the number of modalities to ask about where the number does not matter.

    Parameters
    ----------
    descriptor : Descriptor
        The strategy's.

    Returns
    -------
    int
        Two, if it works with two.
    """
    allowed = counts(descriptor)
    return 2 if 2 in allowed else allowed[0]


def usual(specimen: Specimen, **settings: Any) -> Problem:  # the arguments of `problem`
    """Return an ordinary problem that suits the strategy.

    Parameters
    ----------
    specimen : Specimen
        The strategy.
    **settings : object
        For `problem`.

    Returns
    -------
    Problem
        With the usual number of modalities.
    """
    return problem(usual_count(specimen.descriptor), **settings)


def is_decided(specimen: Specimen) -> bool:
    """Return whether the picks on a pool without ties follow from the pool alone.

    Parameters
    ----------
    specimen : Specimen
        The strategy.

    Returns
    -------
    bool
        False of strategies marked as drawing their picks, or as having ties by construction.
    """
    return not specimen.descriptor.tags & {"randomised", "coarse"}

"""A strategy in three lines: a score of what the network says, whose largest values are chosen.

The decorated function becomes the strategy's class, and its docstring the strategy's summary::

    @score_of_proba("entropy", citation="Settles 2009, Active learning literature survey")
    def largest_entropy(proba: Floats) -> Scores:
        \"\"\"The largest entropy of one deterministic pass (ES).\"\"\"
        return entropy(proba)

A score has shape ``(n_pool,)``; a larger one is more wanted, and one that is NaN comes last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from albench.api import Option, needs, top
from albench.strategies.declaration import PASSES, strategy
from albench.strategies.query import Floats, Picks, sized

if TYPE_CHECKING:
    from albench.api import PoolView

Scores: TypeAlias = NDArray[np.float64]
Passes: TypeAlias = Iterable[Floats]
Scored = TypeVar("Scored", bound="type[_Proba] | type[_Passes] | type[_Members]")

MEMBERS = Option(
    name="members", type=int, default=5, minimum=2, maximum=1000, help="how many members vote"
)


class _Proba:
    """Chooses by a score of the probabilities of one deterministic pass."""

    needs = frozenset({needs.PROBA})
    score: ClassVar[Callable[[Floats], Scores]]

    @sized
    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> Picks:
        """Return positions, largest score first; see `albench.api.QueryStrategy`."""
        return top(type(self).score(pool.proba), n, rng)


class _Passes:
    """Chooses by a score of the probabilities of several passes with dropout on.

    Parameters
    ----------
    passes : int
        How many dropout passes. Where the score counts votes few passes make many ties, which are
        broken at random.
    """

    needs = frozenset({needs.DROPOUT_PROBA})
    score: ClassVar[Callable[[Passes], Scores]]

    def __init__(self, passes: int = 10) -> None:
        self.passes = passes

    @sized
    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> Picks:
        """Return positions, largest score first; see `albench.api.QueryStrategy`."""
        return top(type(self).score(pool.dropout_proba(self.passes)), n, rng)


class _Members:
    """Chooses by a score of the probabilities of independently trained heads.

    Parameters
    ----------
    members : int
        How many heads there are.
    """

    needs = frozenset({needs.COMMITTEE_PROBA})
    score: ClassVar[Callable[[Passes], Scores]]

    def __init__(self, members: int = 5) -> None:
        self.members = members

    @sized
    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> Picks:
        """Return positions, largest score first; see `albench.api.QueryStrategy`."""
        return top(type(self).score(pool.committee_proba(self.members)), n, rng)


def score_of_proba(
    name: str, *, citation: str, tags: frozenset[str] = frozenset()
) -> Callable[[Callable[[Floats], Scores]], type[_Proba]]:
    """Declare a strategy by a score of ``proba``, shape ``(n_pool, n_classes)``.

    Parameters
    ----------
    name : str
        As in `albench.api.Descriptor`.
    citation : str
        Likewise.
    tags : frozenset of str
        Likewise.

    Returns
    -------
    callable
        Makes the strategy's class of the function that scores.
    """
    return lambda score: _declared(_Proba, score, name, citation=citation, tags=tags)


def score_of_passes(
    name: str, *, citation: str, tags: frozenset[str] = frozenset()
) -> Callable[[Callable[[Passes], Scores]], type[_Passes]]:
    """Declare a strategy by a score of dropout passes, each of shape ``(n_pool, n_classes)``.

    The passes can be gone through once. Arguments as of `score_of_proba`.
    """
    rest = {"citation": citation, "tags": tags, "options": (PASSES,)}
    return lambda score: _declared(_Passes, score, name, **rest)


def score_of_members(
    name: str, *, citation: str, tags: frozenset[str] = frozenset()
) -> Callable[[Callable[[Passes], Scores]], type[_Members]]:
    """Declare a strategy by a score of a committee, each member ``(n_pool, n_classes)``.

    The members can be gone through once. Arguments as of `score_of_proba`.
    """
    rest = {"citation": citation, "tags": tags, "options": (MEMBERS,)}
    return lambda score: _declared(_Members, score, name, **rest)


def _declared(
    base: Scored,
    score: Callable[[Any], Scores],  # what it scores depends on the base
    name: str,
    **rest: Any,  # of a descriptor
) -> Scored:
    members = {
        "score": staticmethod(score),
        "__doc__": score.__doc__,
        "__module__": score.__module__,
        "__qualname__": score.__qualname__,
    }
    summary = (score.__doc__ or "").partition("\n")[0]
    cls: Scored = type(score.__name__, (base,), members)  # type: ignore[assignment]  # a subclass
    return strategy(name, summary, **rest)(cls)

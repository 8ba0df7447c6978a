"""Declares a strategy that ships with albench, on the line above its class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from albench.api import Descriptor, Kind, Option

if TYPE_CHECKING:
    from collections.abc import Callable


class _Needy(Protocol):
    @property
    def needs(self) -> frozenset[str]:
        """What it reads of the pool; a wrapper's follow from its options."""


Strategy = TypeVar("Strategy", bound=type[_Needy])

RANDOMISED = frozenset({"randomised"})
"""Marks strategies that draw their picks, so that permuting the pool changes them."""

COARSE = frozenset({"coarse"})
"""Marks scores of few values: many candidates tie, and ties are broken at random."""

ORDINAL = frozenset({"ordinal"})
"""Marks strategies for labels that are stages, in the order of their class numbers."""

ORACLE = frozenset({"oracle"})
"""Marks what reads labels that it could not have: a measure, not a competitor."""

WRAPPER = frozenset({"wrapper"})
"""Marks strategies made of others: what a built wrapper needs depends on its options."""

PASSES = Option(
    name="passes",
    type=int,
    default=10,
    minimum=1,
    maximum=10_000,
    help="how many passes with dropout switched on",
)

DECLARED: dict[str, Descriptor] = {}
"""By name, every strategy whose module has been imported; see `albench.strategies.catalogue`."""


def strategy(
    name: str, summary: str, **rest: Any
) -> Callable[[Strategy], Strategy]:  # Descriptor's
    """Return a class decorator that declares a strategy and leaves the class as it is.

    The target is the class itself; the needs are those of the strategy with default options.

    Parameters
    ----------
    name : str
        The short name.
    summary : str
        One sentence.
    **rest : object
        Everything else that a `Descriptor` holds.

    Returns
    -------
    callable
        Takes the class and returns it.

    Raises
    ------
    ValueError
        When it decorates: another class has the name.
    """

    def declare(cls: Strategy) -> Strategy:
        target = f"{cls.__module__}:{cls.__qualname__}"
        if name in DECLARED and DECLARED[name].target != target:
            raise ValueError(f"{target} and {DECLARED[name].target} both declare {name!r}")
        DECLARED[name] = Descriptor(
            name=name,
            kind=Kind.STRATEGY,
            target=target,
            summary=summary,
            needs=cls().needs,
            incomplete=True,
            **rest,
        )
        return cls

    return declare

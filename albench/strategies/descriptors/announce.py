"""One way to write a built-in strategy's descriptor."""

from __future__ import annotations

from typing import Any

from albench.api import Descriptor, Kind, Option

RANDOMISED = frozenset({"randomised"})
"""Marks strategies that draw their picks, so that permuting the pool changes them."""

COARSE = frozenset({"coarse"})
"""Marks scores of few values: many candidates tie, and ties are broken at random."""

PASSES = Option(
    name="passes",
    type=int,
    default=10,
    minimum=1,
    maximum=10_000,
    help="how many passes with dropout switched on",
)


def strategy(name: str, target: str, summary: str, **rest: Any) -> Descriptor:  # Descriptor's own
    """Return the descriptor of a strategy of this package.

    Parameters
    ----------
    name : str
        The short name.
    target : str
        The module within ``albench.strategies``, a colon and the class.
    summary : str
        One sentence.
    **rest : object
        Everything else that a `Descriptor` holds.

    Returns
    -------
    Descriptor
        Nothing is imported.
    """
    return Descriptor(
        name=name,
        kind=Kind.STRATEGY,
        target=f"albench.strategies.{target}",
        summary=summary,
        **rest,
    )

"""Strategies made of others; the needs declared are those with default options."""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench.api import Option, needs
from albench.strategies.descriptors.announce import strategy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from albench.api import Descriptor

PROBA = frozenset({needs.PROBA})
WRAPPER = frozenset({"wrapper"})


def wrappers(bases: Sequence[Descriptor]) -> tuple[Descriptor, ...]:
    """Return the descriptors of all wrappers.

    Parameters
    ----------
    bases : sequence of Descriptor
        The strategies that may be wrapped.

    Returns
    -------
    tuple of Descriptor
        Marked ``"wrapper"``: what a built wrapper needs depends on its options.
    """
    names = tuple(base.name for base in bases)

    def base(name: str, default: str, text: str) -> Option:
        return Option(name=name, type=str, default=default, choices=names, help=text)

    return (
        strategy(
            "combine",
            "wrappers.sequences:Combine",
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
            needs=frozenset({needs.PROBA, needs.EMBEDDINGS}),
            tags=WRAPPER,
            cost="n b",
        ),
        strategy(
            "switch",
            "wrappers.sequences:Switch",
            "By one strategy while labels are few, by another from then on.",
            options=(
                base("before", "typiclust", "the strategy while labels are few"),
                base("after", "entropy", "the strategy from then on"),
                Option(
                    name="at",
                    type=float,
                    default=0.1,
                    minimum=0.0,
                    maximum=1.0,
                    help="the share of all candidates that has labels when it changes",
                ),
            ),
            needs=frozenset({needs.PROBA, needs.EMBEDDINGS}),
            tags=WRAPPER | {"randomised"},
            cost="n^2",
        ),
        strategy(
            "sub-sample",
            "wrappers.sequences:SubSample",
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
            needs=PROBA,
            tags=WRAPPER | {"randomised"},
        ),
        strategy(
            "per-subject-cap",
            "wrappers.diverse:PerSubjectCap",
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
            needs=PROBA,
            tags=WRAPPER,
            cost="n log n",
        ),
        strategy(
            "distinct-samples",
            "wrappers.diverse:DistinctSamples",
            "By another strategy, no two candidates that share a sample.",
            options=(base("base", "entropy", "the strategy"),),
            needs=PROBA,
            tags=WRAPPER,
            cost="n log n",
        ),
    )

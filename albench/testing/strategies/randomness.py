"""Checks of randomness: `rng` alone decides, and global generators are not touched."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.testing.checks import Violation, guards_against
from albench.testing.global_generators import seeded_generators, unchanged_generators
from albench.testing.strategies.problems import with_vectors
from albench.testing.strategies.queries import ask, require_steady, usual

if TYPE_CHECKING:
    from albench.testing.specimen import Specimen


@guards_against("counters, caches and clocks; the order of sets")
def same_seed_same_picks(specimen: Specimen) -> None:
    """The same pool and the same seed give the same picks in the same order."""
    base = usual(specimen)
    for each in (base, with_vectors(base, np.zeros_like, scale=0.0)):
        first, *others = (ask(specimen, each).picks.tolist() for _ in range(3))
        if any(other != first for other in others):
            raise Violation(
                "the same pool and the same seed give different picks: it remembers something "
                "between queries, or draws from elsewhere than `rng`"
            )


@guards_against("draws from global generators, by which one strategy affects another")
def other_streams_do_not_matter(specimen: Specimen) -> None:
    """The state of the global generators does not change the picks."""
    base = usual(specimen)
    answers = []
    for seed in range(3):
        with seeded_generators(seed):
            answers.append(ask(specimen, base))
    if any(answer.picks.tolist() != answers[0].picks.tolist() for answer in answers):
        with seeded_generators(0):
            require_steady(specimen, answers[0])
        raise Violation(
            "its picks depend on the global random state (random, numpy.random or torch): draw "
            "from the `rng` that is passed in"
        )


@guards_against("seeding the global generators")
def global_random_state_is_unchanged(specimen: Specimen) -> None:
    """The global generators of random, numpy.random and torch stay unchanged."""
    base = usual(specimen)
    with unchanged_generators("a query"):
        ask(specimen, base)

"""Checks that a large pool or a late round is treated like a small pool in round 1."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from albench.errors import AlbenchError
from albench.testing.checks import Violation, guards_against
from albench.testing.global_generators import UNUSUAL_SEED, seeded_generators, unchanged_generators
from albench.testing.strategies.invariance import require_no_favoured_position
from albench.testing.strategies.queries import N, ask, is_decided, require_steady, usual

if TYPE_CHECKING:
    from albench.testing.specimen import Specimen
    from albench.testing.strategies.problems import Problem

LARGE = 2400
"""A pool larger than the usual thresholds in code: 500, 512, 1,000, 1,024, 2,000, 2,048."""

MANY = 50
"""The number of picks from which it is judged whether they come from the whole pool."""

SLOW = 2.0
"""Processor seconds of two queries; slower strategies get smaller queries."""


@guards_against("another code path for large pools: global draws, writes, reads, subsets")
def large_pools_are_no_exception(specimen: Specimen) -> None:
    """A pool of 2400 candidates is treated like a small one, as a whole."""
    _require_no_exception(specimen, usual(specimen, n_pool=LARGE), f"of {LARGE} candidates")


@guards_against("memory, global draws and undeclared reads from the second round on")
def later_rounds_are_no_exception(specimen: Specimen) -> None:
    """Rounds 2 and 3 are treated like round 1."""
    for number in (2, 3):
        late = replace(usual(specimen, n_labelled=20 + N * number), round=number)
        _require_no_exception(specimen, late, f"in round {number}")


def _require_no_exception(specimen: Specimen, base: Problem, where: str) -> None:
    began = time.process_time()
    try:
        _require_pure(specimen, base)
        is_slow = time.process_time() - began > SLOW
        _require_order_does_not_matter(specimen, base, is_slow)
    except AlbenchError as error:
        raise Violation(f"{where}: {error}") from error


def _require_pure(specimen: Specimen, base: Problem) -> None:
    answers = []
    for seed in (UNUSUAL_SEED, 1):
        with unchanged_generators("a query", seed):
            answers.append(ask(specimen, base))
    for answer in answers:
        answer.source.require_declared()
        answer.require_nothing_written()
    if answers[0].picks.tolist() != answers[1].picks.tolist():
        with seeded_generators(UNUSUAL_SEED):
            require_steady(specimen, answers[0])
        raise Violation("its picks depend on the global random state: draw from `rng`")


# Rounding in a large matrix depends on the position of a row, and can redirect a greedy strategy:
# most picks must stay, not all.
def _require_order_does_not_matter(specimen: Specimen, base: Problem, is_slow: bool) -> None:
    if not is_decided(specimen):
        n = N if is_slow else min(MANY, len(base.pool) // 3)
        require_no_favoured_position(specimen, base, n, runs=4)
        return
    plain = ask(specimen, base)
    others = np.delete(np.arange(len(base.pool)), plain.picks)
    for end, order in (("first", [*plain.picks, *others]), ("last", [*others, *plain.picks])):
        kept = len(plain.chosen & ask(specimen, base.in_order(np.array(order))).chosen)
        if kept <= N // 2:
            require_steady(specimen, plain)
            raise Violation(
                f"with its picks moved to where they are {end}, it picks {N - kept} of {N} "
                "other candidates: is only a part of the pool considered?"
            )

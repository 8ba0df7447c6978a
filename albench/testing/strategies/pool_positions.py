"""Checks of positions: each can be picked, and none decides where some candidates tie."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from albench.testing.checks import Skip, Violation, guards_against
from albench.testing.strategies.problems import N_POOL
from albench.testing.strategies.queries import N, ask, is_decided, require_steady, usual

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from albench.testing.specimen import Specimen
    from albench.testing.strategies.problems import Problem

RUNS = 20
"""How often half of the pool is picked: chance misses a position once in a million."""

FEW = 12
"""The size of such a pool: small, since a strategy may fit a model for every pick."""

COPIES = 12
"""The number of copies of a pick that are put into the pool, to tie with it."""

SIZES = (2, 3, 4, N, 2 * N)


@guards_against("off-by-one ranges; candidates that are never considered")
def every_place_can_be_picked(specimen: Specimen) -> None:
    """A candidate can be picked at any position, including the first and the last."""
    base = usual(specimen)
    if is_decided(specimen):
        _require_picks_at_both_ends(specimen, base)
    else:
        _require_both_ends_drawn(specimen, base)


def _require_picks_at_both_ends(specimen: Specimen, base: Problem) -> None:
    plain = ask(specimen, base)
    for pick in plain.picks:
        others = np.delete(np.arange(N_POOL), pick)
        for end, order in (("first", [pick, *others]), ("last", [*others, pick])):
            if ask(specimen, base.in_order(np.array(order))).chosen != plain.chosen:
                require_steady(specimen, plain)
                raise Violation(f"a candidate that it picks is not picked where it is {end}")


def _require_both_ends_drawn(specimen: Specimen, base: Problem) -> None:
    picked = np.zeros(FEW, dtype=np.intp)
    for run in range(RUNS):
        order = np.random.default_rng((8, run)).permutation(N_POOL)[:FEW]
        picked[ask(specimen, base.in_order(order), FEW // 2, seed=run).picks] += 1
    for end, place in (("first", 0), ("last", -1)):
        if not picked[place]:
            raise Violation(
                f"half of a pool of {FEW} was asked for {RUNS} times, in random orders, but the "
                f"candidate that is {end} was never picked"
            )


@guards_against("ties broken at random only where everything ties")
def some_ties_are_not_in_pool_order(specimen: Specimen) -> None:
    """Ties among some of the candidates are not broken by position."""
    base, copies = _with_copies(usual(specimen), int(ask(specimen, usual(specimen), 1).picks[0]))
    for n in (1, N):
        ranks = [_ranks(specimen, base, copies, n, run) for run in range(COPIES)]
        places = [each for each in ranks if 0 < len(each) < len(copies)]
        if len(places) < COPIES // 2:
            continue  # nearly none or all copies were picked, so nothing was chosen among them
        for end in ("first", "last"):
            if all(each == _at(end, len(each), len(copies)) for each in places):
                raise Violation(
                    f"{len(copies)} candidates of the pool are alike, and of these it picks the "
                    f"{end} in each of {len(places)} random orders: break ties by `rng`, as "
                    "albench.api.top does"
                )


def _at(end: str, count: int, of: int) -> list[int]:
    return list(range(count)) if end == "first" else list(range(of - count, of))


def _with_copies(base: Problem, pick: int) -> tuple[Problem, NDArray[np.intp]]:
    """Return the problem with copies of a pick, and the rows of all copies."""
    others = np.random.default_rng(9).permutation(np.delete(base.pool, pick))[:COPIES]
    candidates = base.candidates.copy()
    candidates[others] = candidates[base.pool[pick]]
    return replace(base, candidates=candidates), np.append(others, base.pool[pick])


def _ranks(
    specimen: Specimen, base: Problem, copies: NDArray[np.intp], n: int, run: int
) -> list[int]:
    """Return which of the copies were picked, counted in the order of the pool."""
    shown = base.in_order(np.random.default_rng((10, run)).permutation(N_POOL))
    alike = np.flatnonzero(np.isin(shown.pool, copies))
    picks = ask(specimen, shown, n, seed=run).picks
    return np.flatnonzero(np.isin(alike, picks)).tolist()


@guards_against("the minimum taken for the maximum where n is 1")
def one_is_the_first_of_many(specimen: Specimen) -> None:
    """If larger answers contain the smaller ones, they contain the answer for 1."""
    pools = [usual(specimen, seed=seed) for seed in range(3)]
    if not all(_is_nested(specimen, each) for each in pools):
        raise Skip("what it picks of 2 is not always among what it picks of 3: it picks sets")
    for each in pools:
        one, two = ask(specimen, each, 1), ask(specimen, each, 2)
        if not one.chosen <= two.chosen:
            require_steady(specimen, one, 1)
            raise Violation(
                "asked for 2 and more it adds to what it picks for fewer, but asked for 1 it "
                "picks another: is it the least instead of the most?"
            )


def _is_nested(specimen: Specimen, base: Problem) -> bool:
    chosen = [ask(specimen, base, n).chosen for n in SIZES]
    return all(few <= many for few, many in pairwise(chosen))

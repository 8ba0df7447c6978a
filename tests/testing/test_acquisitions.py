"""The checks of strategies that ask for modalities catch what they are there for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from albench.api import ACQUISITION_API, Descriptor, Kind, Request
from albench.testing import check
from albench.testing.catalogue import OF_ACQUISITIONS
from albench.testing.check_report import Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from albench.api import Offer, PoolView

    Choose = Callable[[PoolView, Offer, np.random.Generator], Any]

written: list[int] = []


def first_label(pool: PoolView, offer: Offer, rng: np.random.Generator) -> list[Request]:
    return [Request(0)]


def everything_of_everybody(pool: PoolView, offer: Offer, rng: np.random.Generator) -> Any:
    return [Request(place, pool.modalities[1]) for place in range(len(pool))]


def after_the_label(pool: PoolView, offer: Offer, rng: np.random.Generator) -> Any:
    places, columns = np.nonzero(offer.obtainable)
    if not len(places):
        return [Request(0)]
    return [Request(int(places[0])), Request(int(places[0]), pool.modalities[columns[0]])]


def fifth(pool: PoolView, offer: Offer, rng: np.random.Generator) -> Any:
    return [Request(4)]


def counts(pool: PoolView, offer: Offer, rng: np.random.Generator) -> Any:
    written.append(1)
    return [Request(len(written) % len(pool))]


def draws_elsewhere(pool: PoolView, offer: Offer, rng: np.random.Generator) -> Any:
    return [Request(int(np.random.randint(len(pool))))]  # noqa: NPY002


def peeks(pool: PoolView, offer: Offer, rng: np.random.Generator) -> Any:
    pool._source.proba(pool.candidates)
    return [Request(0)]


def writes(pool: PoolView, offer: Offer, rng: np.random.Generator) -> Any:
    offer.obtainable[:] = False
    return [Request(0)]


FAULTS: dict[str, tuple[str, str, Choose, dict[str, Any]]] = {
    "what is not on offer": (
        "requests-can-be-met",
        "is known already",
        everything_of_everybody,
        {},
    ),
    "something after the label": ("requests-can-be-met", "after its label", after_the_label, {}),
    "nothing": ("requests-can-be-met", "asks for nothing", lambda *_: [], {}),
    "positions": ("requests-can-be-met", "expected requests, found int", lambda *_: [0], {}),
    "an array": ("requests-can-be-met", "found ndarray", lambda *_: np.arange(3), {}),
    "another modality": (
        "requests-can-be-met",
        "there is no modality 'x'",
        lambda *_: [Request(0, "x")],
        {},
    ),
    "written on": ("requests-can-be-met", "read-only", writes, {}),
    "out of small pools": ("small-pools-have-requests", "4 is not a position", fifth, {}),
    "a counter": ("same-seed-same-requests", "give different requests", counts, {}),
    "a tag without need": (
        "same-seed-same-requests",
        "six seeds give the same",
        first_label,
        {"tags": frozenset({"randomised"})},
    ),
    "needs that are not read": (
        "what-is-declared-is-read",
        "declares proba but never reads it",
        first_label,
        {"needs": frozenset({"proba"})},
    ),
    "reads that are not announced": ("what-is-declared-is-read", "proba", peeks, {}),
    "the global generator": ("nothing-else-is-touched", "global random", draws_elsewhere, {}),
}


def report(choose: Choose, **more: Any) -> Any:
    class Strategy:
        needs: frozenset[str] = more.get("needs", frozenset())

        def __call__(self, pool: PoolView, offer: Offer, rng: np.random.Generator) -> Any:
            return choose(pool, offer, rng)

    descriptor = Descriptor(
        name="toy",
        kind=Kind.STRATEGY,
        target="toys:Strategy",
        summary="A toy.",
        api=ACQUISITION_API,
        modalities=(2, None),
        citation="a toy",
        **more,
    )
    return check(Strategy, descriptor=descriptor)


@pytest.mark.parametrize("what", FAULTS)
def test_a_fault_is_caught_by_its_check(what: str) -> None:
    name, says, choose, more = FAULTS[what]
    result = report(choose, **more).of(name)
    assert result.status is Status.FAILED, result
    assert says in result.reason


def test_every_check_has_a_fault_and_what_is_sound_fails_none() -> None:
    own = {each.name for each in OF_ACQUISITIONS} - {
        "needs-are-those-announced"
    }  # proved elsewhere
    assert own == {name for name, *_ in FAULTS.values()}
    sound = report(first_label)
    assert {r.check for r in sound.results if r.status is Status.FAILED} <= {"target-is-there"}

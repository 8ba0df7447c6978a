"""Every peer keeps the promises of a strategy, but for the faults of theirs that are named here.

What is examined each time is a peer of every adapter, and those with faults; ``tox -e full``
examines them all, of which a few take a minute each.
"""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pytest

from albench.registry import State, discover
from albench.testing import check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from albench.registry import Component

PEERS = {
    part.qualified: part for part in discover().components if part.distribution == "albench-peers"
}
ALWAYS = {
    "baal/bald",
    "modal/margin",
    "modal/ranked-batch",
    "skactiveml/badge",
    "skactiveml/random",
}
SIZES = (250, 500, 1000)  # the usual ones would take minutes

TWICE = "chooses a candidate a second time when candidates coincide"
UNBOUND = "looks for a cluster that was never chosen when all candidates coincide, and raises"
FAULTS = {
    "skactiveml/badge": {"duplicates-in-the-pool": TWICE, "constant-features": TWICE},
    "skactiveml/batchbald": {
        "duplicates-in-the-pool": TWICE,
        "constant-features": TWICE,
        "flat-probabilities": TWICE,
        "saturated-probabilities": TWICE,
        "options-at-their-ends": TWICE,
        "ties-are-not-in-pool-order": TWICE,
    },
    "skactiveml/four-ds": {
        "duplicates-in-the-pool": TWICE,
        "constant-features": TWICE,
        "ties-are-not-in-pool-order": TWICE,
        "same-seed-same-picks": TWICE,
    },
    "skactiveml/typiclust": {
        "duplicates-in-the-pool": TWICE,
        "constant-features": UNBOUND,
        "ties-are-not-in-pool-order": UNBOUND,
        "same-seed-same-picks": UNBOUND,
    },
    "modal/ranked-batch": {
        "poor-labelled-sets": "chooses a candidate a second time when nothing is labelled yet"
    },
}


@pytest.fixture(autouse=True)
def _only_what_a_test_makes_is_collected() -> Iterator[None]:
    """Let gc pass over what earlier tests left: some checks collect garbage first."""
    gc.freeze()
    yield
    gc.unfreeze()


def marks(peer: Component) -> list[pytest.MarkDecorator]:
    is_there = pytest.mark.skipif(peer.state is not State.OK, reason=peer.reason)
    return [is_there] if peer.qualified in ALWAYS else [is_there, pytest.mark.sweep]


@pytest.mark.parametrize(
    "peer", [pytest.param(part, id=name, marks=marks(part)) for name, part in PEERS.items()]
)
def test_a_peer_conforms_but_for_its_known_faults(peer: Component) -> None:
    report = check(peer, expected_failures=FAULTS.get(peer.qualified), sizes=SIZES)
    assert report.ok, report.as_table()


def test_what_is_named_here_are_peers_that_are_there() -> None:
    assert {*ALWAYS, *FAULTS} <= set(PEERS)

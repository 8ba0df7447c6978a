"""Every peer keeps the promises of a strategy, but for the faults of theirs that are named here.

The kit takes ten seconds to minutes for each of a few peers: ``tox -e full`` examines those too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from albench.registry import State, discover
from albench.testing import check

if TYPE_CHECKING:
    from albench.registry import Component

PEERS = {
    part.qualified: part for part in discover().components if part.distribution == "albench-peers"
}
SLOW = {
    "skactiveml/batchbald",
    "skactiveml/bald",
    "skactiveml/cost-embedding",
    "skactiveml/expected-average-precision",
    "skactiveml/monte-carlo-eer",
    "skactiveml/quire",
    "skactiveml/value-of-information",
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


def marks(peer: Component) -> list[pytest.MarkDecorator]:
    is_there = pytest.mark.skipif(peer.state is not State.OK, reason=peer.reason)
    return [is_there, pytest.mark.sweep] if peer.qualified in SLOW else [is_there]


@pytest.mark.parametrize(
    "peer", [pytest.param(part, id=name, marks=marks(part)) for name, part in PEERS.items()]
)
def test_a_peer_conforms_but_for_its_known_faults(peer: Component) -> None:
    report = check(peer, expected_failures=FAULTS.get(peer.qualified), sizes=SIZES)
    assert report.ok, report.as_table()


def test_faults_and_slowness_are_those_of_peers_that_are_there() -> None:
    assert {*SLOW, *FAULTS} <= set(PEERS)

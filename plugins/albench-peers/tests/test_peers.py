"""Properties of every peer, and where it agrees with albench's own strategy of the name."""

from __future__ import annotations

import importlib
import inspect
import warnings
from importlib.metadata import EntryPoint
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from albench_peers.plugin import albench_strategies

from albench.api import hooks
from albench.registry import State, registry_of
from albench.strategies.plugin import albench_strategies as own_strategies

if TYPE_CHECKING:
    from albench.api import Descriptor

ALL = {
    f"{descriptor.namespace}/{descriptor.name}": descriptor for descriptor in albench_strategies()
}
OWN = {descriptor.name: descriptor for descriptor in own_strategies()}
NO_BAAL = pytest.mark.skipif(find_spec("baal") is None, reason="baal is not installed")


def param(name: str) -> Any:
    return pytest.param(ALL[name], id=name, marks=NO_BAAL if name.startswith("baal/") else ())


every_peer = pytest.mark.parametrize("peer", [param(name) for name in ALL])


def build(descriptor: Descriptor) -> Any:
    module, _, attribute = descriptor.target.partition(":")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # baal's logging library warns of itself at import
        return getattr(importlib.import_module(module), attribute)()


def ask(descriptor: Descriptor, pool: Any, n: int, seed: int = 0) -> Any:
    return build(descriptor)(pool, n, np.random.default_rng(seed))


@every_peer
def test_as_many_distinct_candidates_as_asked_for_by_the_seed_alone(
    peer: Descriptor, make_pool: Any
) -> None:
    before = np.random.get_state()  # noqa: NPY002  # the global state is what is watched
    picks, again = (ask(peer, make_pool(needs=peer.needs), 7) for _ in range(2))
    np.testing.assert_equal(before, np.random.get_state())  # noqa: NPY002  # as above
    assert len(picks) == len(set(picks.tolist())) == 7
    assert 0 <= picks.min() <= picks.max() < 40
    np.testing.assert_array_equal(picks, again)


@every_peer
def test_one_can_be_asked_for(peer: Descriptor, make_pool: Any) -> None:
    (pick,) = ask(peer, make_pool(20, needs=peer.needs), 1)
    assert 0 <= pick < 20


@every_peer
def test_no_more_than_the_pool_has(peer: Descriptor, make_pool: Any) -> None:
    assert sorted(ask(peer, make_pool(6, needs=peer.needs), 9)) == list(range(6))


@every_peer
def test_nothing_comes_from_an_empty_pool(peer: Descriptor, make_pool: Any) -> None:
    assert len(ask(peer, make_pool(0, needs=peer.needs), 5)) == 0


@every_peer
def test_candidates_with_nan_are_bought_last(peer: Descriptor, make_pool: Any) -> None:
    assert ask(peer, make_pool(needs=peer.needs, broken=15), 7).min() >= 15
    assert sorted(ask(peer, make_pool(8, needs=peer.needs, broken=3), 8)) == list(range(8))


@every_peer
def test_it_answers_without_labels(peer: Descriptor, make_pool: Any) -> None:
    assert len(ask(peer, make_pool(20, n_labelled=0, needs=peer.needs), 5)) == 5


@every_peer
def test_the_descriptor_says_what_the_target_says(peer: Descriptor) -> None:
    module, _, attribute = peer.target.partition(":")
    build(peer)
    target = getattr(importlib.import_module(module), attribute)
    defaults = {k: v.default for k, v in inspect.signature(target).parameters.items()}
    assert {option.name: option.default for option in peer.options} == defaults
    assert target().needs == peer.needs


FAULTS = {
    "skactiveml/batchbald": "breaks ties twice, differently, and returns a candidate again",
    "skactiveml/badge": "returns a candidate again when gradients coincide",
    "skactiveml/typiclust": "falls back on a cluster it has taken when all are covered",
}


@pytest.mark.parametrize(
    "peer",
    [
        pytest.param(ALL[name], id=name, marks=pytest.mark.xfail(strict=True, reason=reason))
        for name, reason in FAULTS.items()
    ],
)
def test_known_faults_with_coinciding_candidates_are_still_there(
    peer: Descriptor, make_pool: Any
) -> None:
    picks = ask(peer, make_pool(60, copies=4, needs=peer.needs), 50)
    assert len(set(picks.tolist())) == 50


SAME = {
    "skactiveml/least-confident": "least-confident",
    "skactiveml/margin": "margin",
    "skactiveml/entropy": "entropy",
    "skactiveml/bald": "bald",
    "skactiveml/qbc-kl": "qbc-kl",
    "skactiveml/core-set": "k-center",
    "skactiveml/cal": "cal",
    "modal/uncertainty": "least-confident",
    "modal/margin": "margin",
    "modal/entropy": "entropy",
    "modal/ranked-batch": "ranked-batch",
    "baal/bald": "bald",
    "baal/entropy": "esd",
    "baal/margin": "margin-dropout",
    "baal/certainty": "least-confident-dropout",
    "baal/epig": "epig",
}


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=NO_BAAL if name.startswith("baal/") else ()) for name in SAME],
)
def test_picks_are_those_of_albenchs_own(name: str, make_pool: Any) -> None:
    pair = ALL[name], OWN[SAME[name]]
    theirs, ours = (ask(peer, make_pool(needs=peer.needs), 8) for peer in pair)
    assert set(theirs) == set(ours)


@pytest.mark.parametrize("name", ["modal/margin", "modal/entropy", "modal/max-disagreement"])
def test_modals_picks_come_best_first(name: str, make_pool: Any) -> None:
    pool = make_pool(needs=ALL[name].needs)
    assert ask(ALL[name], pool, 9)[0] == ask(ALL[name], pool, 1)[0]


def test_all_are_announced_and_usable_but_for_what_is_not_installed() -> None:
    entry = EntryPoint("peers", "albench_peers.plugin", hooks.ENTRY_POINT_GROUP)
    (report,) = registry_of([entry]).reports
    states = {part.qualified: part.state for part in report.components}
    missing = {name for name, state in states.items() if state is not State.OK}
    assert report.state is State.OK
    assert set(states) == set(ALL)
    assert all(name.startswith("baal/") for name in missing)


def test_the_readme_lists_every_peer() -> None:
    page = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    assert not [name for name in ALL if f"`{name}`" not in page]

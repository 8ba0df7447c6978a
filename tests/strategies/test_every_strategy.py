"""Properties that hold for every strategy that ships with albench."""

from __future__ import annotations

import importlib
import inspect
import tracemalloc
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from albench.api import Kind
from albench.strategies.plugin import albench_strategies

if TYPE_CHECKING:
    from collections.abc import Callable

    from albench.api import Descriptor, QueryStrategy

DESCRIPTORS = {descriptor.name: descriptor for descriptor in albench_strategies()}
CHANCE = {"randomised", "coarse"}  # picks are drawn, or ties are many
DETERMINISTIC = {k: d for k, d in DESCRIPTORS.items() if not d.tags & CHANCE}

every_strategy = pytest.mark.parametrize("descriptor", DESCRIPTORS.values(), ids=DESCRIPTORS)
deterministic = pytest.mark.parametrize("descriptor", DETERMINISTIC.values(), ids=DETERMINISTIC)


def target(descriptor: Descriptor) -> Callable[..., QueryStrategy]:
    module, _, attribute = descriptor.target.partition(":")
    found: Callable[..., QueryStrategy] = getattr(importlib.import_module(module), attribute)
    return found


def picks(descriptor: Descriptor, cohort: Any, n: int, seed: int = 0, **view: Any) -> Any:
    pool = cohort.view(needs=descriptor.needs, **view)
    return target(descriptor)()(pool, n, np.random.default_rng(seed))


@every_strategy
@pytest.mark.parametrize("n", [0, 1, 7, 80, 100])
def test_as_many_distinct_candidates_as_asked_for(
    descriptor: Descriptor, n: int, any_cohort: Any
) -> None:
    size = len(any_cohort.view())
    chosen = picks(descriptor, any_cohort, n)
    assert len(chosen) == min(n, size)
    assert len(set(chosen.tolist())) == len(chosen)
    assert np.issubdtype(chosen.dtype, np.integer)
    assert all(0 <= position < size for position in chosen)


@every_strategy
def test_nothing_comes_from_an_empty_pool(descriptor: Descriptor, cohort: Any) -> None:
    assert len(picks(descriptor, cohort(), 5, size=0)) == 0


@every_strategy
def test_nothing_is_read_when_nothing_is_asked_for(descriptor: Descriptor, cohort: Any) -> None:
    pool = cohort().view(needs=frozenset())
    assert len(target(descriptor)()(pool, 0, np.random.default_rng(0))) == 0


@every_strategy
def test_the_same_seed_gives_the_same_picks(descriptor: Descriptor, any_cohort: Any) -> None:
    np.testing.assert_array_equal(
        picks(descriptor, any_cohort, 7), picks(descriptor, any_cohort, 7)
    )


@every_strategy
def test_the_global_random_state_is_left_alone(descriptor: Descriptor, cohort: Any) -> None:
    before = np.random.get_state()  # noqa: NPY002  # the global state is what is watched
    picks(descriptor, cohort(), 7)
    after = np.random.get_state()  # noqa: NPY002  # as above
    np.testing.assert_equal(before, after)


@deterministic
def test_permuting_the_pool_permutes_the_picks(descriptor: Descriptor, cohort: Any) -> None:
    order = np.random.default_rng(5).permutation(80)
    permuted = picks(descriptor, cohort(), 7, order=order)
    assert set(order[permuted]) == set(picks(descriptor, cohort(), 7))


@deterministic
def test_other_seeds_change_only_ties(descriptor: Descriptor, cohort: Any) -> None:
    assert set(picks(descriptor, cohort(), 7, seed=1)) == set(picks(descriptor, cohort(), 7))


@deterministic
def test_single_and_double_precision_agree(descriptor: Descriptor, cohort: Any) -> None:
    double = cohort()
    double.source.precision = np.float64
    assert set(picks(descriptor, double, 7)) == set(picks(descriptor, cohort(), 7))


@every_strategy
def test_indistinguishable_candidates_are_not_picked_in_pool_order(
    descriptor: Descriptor, cohort: Any
) -> None:
    same = cohort(constant=True)
    firsts = {int(picks(descriptor, same, 5, seed=seed)[0]) for seed in range(8)}
    assert len(firsts) > 2


@every_strategy
def test_the_view_is_left_as_it_was(descriptor: Descriptor, cohort: Any) -> None:
    pool = cohort().view()
    before = [pool.proba.copy(), pool.embeddings.copy(), pool.candidates.copy()]
    target(descriptor)()(pool, 7, np.random.default_rng(0))
    for old, new in zip(before, [pool.proba, pool.embeddings, pool.candidates], strict=True):
        np.testing.assert_array_equal(old, new)


@every_strategy
def test_candidates_with_nan_are_bought_last(descriptor: Descriptor, cohort: Any) -> None:
    if not descriptor.needs:
        pytest.skip("reads no numbers")
    some = cohort(broken=tuple(range(30)))
    broken = np.flatnonzero(np.isin(some.view().candidates[:, 0], range(30)))
    assert not set(picks(descriptor, some, 7)) & set(broken)


@every_strategy
def test_descriptor_says_what_the_class_says(descriptor: Descriptor) -> None:
    strategy = target(descriptor)
    signature = inspect.signature(strategy)
    assert descriptor.kind is Kind.STRATEGY
    assert strategy().needs == descriptor.needs
    assert {o.name: o.default for o in descriptor.options} == {
        name: parameter.default for name, parameter in signature.parameters.items()
    }


@every_strategy
def test_default_options_are_allowed_by_themselves(descriptor: Descriptor) -> None:
    complaints = [option.complaint_about(option.default) for option in descriptor.options]
    assert not any(complaints)


@every_strategy
def test_descriptor_is_complete(descriptor: Descriptor) -> None:
    assert descriptor.summary.endswith(".")
    assert descriptor.cost in {"n", "n log n", "n b", "n^2"}
    assert all(option.help for option in descriptor.options)


def test_names_are_unique() -> None:
    assert len(DESCRIPTORS) == len(list(albench_strategies()))


@every_strategy
def test_memory_stays_under_all_pairs_of_the_pool(descriptor: Descriptor, cohort: Any) -> None:
    large = cohort(4050, n_labelled=50)
    pool = large.view(needs=descriptor.needs)
    tracemalloc.start()
    target(descriptor)()(pool, 20, np.random.default_rng(0))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4000 * 4000 * 4 / 2  # half of what all pairs would take in float32

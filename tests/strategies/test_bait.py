from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from albench.strategies.hybrid.bait import (
    Bait,
    Information,
    bait,
    fisher,
    principal_directions,
)


def one_by_one(features: Any, proba: Any) -> list[Any]:
    return [
        np.kron(np.diag(p) - np.outer(p, p), np.outer(x, x))
        for x, p in zip(features, proba, strict=True)
    ]


def trace(labelled: Any, wanted: Any) -> float:
    return float(np.trace(np.linalg.inv(labelled) @ wanted))


def plain(each: list[Any], labelled: Any, wanted: Any, n: int) -> list[int]:
    picks: list[int] = []
    for _ in range(2 * n):
        left = [i for i in range(len(each)) if i not in picks]
        picks.append(min(left, key=lambda i: trace(labelled + each[i], wanted)))
        labelled = labelled + each[picks[-1]]
    while len(picks) > n:
        drop = min(picks, key=lambda i: trace(labelled - each[i], wanted))
        labelled = labelled - each[drop]
        picks.remove(drop)
    return picks


@pytest.fixture
def problem(rng: Any) -> Any:
    return rng.normal(size=(14, 3)), rng.dirichlet(np.ones(3), size=14)


@pytest.fixture
def information(problem: Any) -> Information:
    features, proba = problem
    wanted = sum(one_by_one(features, proba)) / len(features)
    return Information(features, proba, np.eye(9), wanted)


def test_information_is_the_sum_of_outer_products(problem: Any) -> None:
    features, proba = problem
    information = fisher(features, proba)
    np.testing.assert_allclose(information, sum(one_by_one(features, proba)))


def test_changes_are_those_of_the_trace(problem: Any, information: Information) -> None:
    before = trace(np.eye(9), information.wanted)
    after = [trace(np.eye(9) + one, information.wanted) for one in one_by_one(*problem)]
    np.testing.assert_allclose(information.changes(1.0), before - np.array(after))


def test_whoever_is_left_out_has_less_than_the_largest_fall(rng: Any) -> None:
    features, proba = rng.normal(size=(200, 3)), rng.dirichlet(np.full(3, 0.3), size=200)
    wanted = sum(one_by_one(features, proba)) / len(features)
    information = Information(features, proba, np.eye(9), wanted)
    for _ in range(3):
        changes, falls = information.changes(1.0), information.falls([])
        computed = np.isfinite(falls)
        assert 0 < computed.sum() < 200
        np.testing.assert_array_equal(falls[computed], changes[computed])
        assert changes[~computed].max() < falls.max()
        information.update(int(falls.argmax()), 1.0)


def test_candidates_that_all_tie_are_all_computed() -> None:
    features = np.zeros((40, 3))
    information = Information(features, np.full((40, 2), 0.5), np.eye(6), np.zeros((6, 6)))
    assert (information.falls([]) == 0).all()


def test_adding_then_removing_changes_nothing(information: Information) -> None:
    before = information.changes(1.0)
    information.update(3, 1.0)
    information.update(3, -1.0)
    np.testing.assert_allclose(information.changes(1.0), before)


@pytest.mark.parametrize("n", [1, 3, 5])
def test_picks_are_those_of_brute_force(
    n: int, problem: Any, information: Information, rng: Any
) -> None:
    expected = plain(one_by_one(*problem), np.eye(9), information.wanted, n)
    assert set(bait(information, n, rng).tolist()) == set(expected)


def test_labels_of_a_direction_leave_the_others_to_buy(make_pool: Any, rng: Any) -> None:
    places = [[1.0, 0.0]] * 4 + [[0.0, 1.0]] * 4
    pool = make_pool(
        8,
        labels=[0, 1, 0],
        embeddings=[*places, [1.0, 0.0], [1.0, 0.0], [1.0, 0.0]],
        proba=[[0.5, 0.5]] * 11,
    )
    assert Bait()(pool, 1, rng)[0] >= 4


def test_projection_keeps_the_longest_directions(rng: Any) -> None:
    features = rng.normal(size=(50, 4)) * [1, 100, 1, 10]
    axes = np.abs(principal_directions(features, 2))
    np.testing.assert_allclose(axes[[1, 3], [0, 1]], 1, atol=0.02)


def test_few_parameters_still_give_a_query(cohort: Any, rng: Any) -> None:
    pool = cohort().view(needs=Bait.needs)
    assert len(set(Bait(max_parameters=3)(pool, 9, rng).tolist())) == 9

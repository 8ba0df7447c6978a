"""Beyond a bound strategies look at large pools otherwise; up to it nothing is changed."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np
import pytest

from albench.strategies.coverage.k_means import KMeans
from albench.strategies.coverage.maxherding import MaxHerding, herd
from albench.strategies.coverage.probcover import ProbCover
from albench.strategies.coverage.typiclust import TypiClust
from albench.strategies.hybrid.uncertainty_herding import UncertaintyHerding
from albench.strategies.mathematics import (
    approximate_clusters,
    approximate_neighbours,
    clusters,
    neighbours,
    sampled_rows,
)
from albench.strategies.mathematics.distances import nearest_squared
from albench.strategies.mathematics.sampled_rows import error_bound, within_a_sample

ALL = slice(None)


@pytest.fixture
def bound(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A function that moves the bound between exact and not."""

    def move(rows: int) -> None:
        for module in (approximate_clusters, approximate_neighbours, sampled_rows):
            monkeypatch.setattr(module, "EXACT", rows)

    return move


@pytest.fixture
def blobs(rng: Any) -> Any:
    """2000 rows in twenty blobs, the rows of a blob one after another."""
    centres = rng.normal(size=(20, 8)) * 10
    return np.float32(np.repeat(centres, 100, axis=0) + rng.normal(size=(2000, 8)))


@pytest.fixture
def pool(blobs: Any, make_pool: Any) -> Any:
    """A function that shows the blobs, the last ten rows of which are labelled."""
    return lambda: make_pool(1990, labels=np.arange(10) % 2, n_classes=2, embeddings=blobs)


def test_up_to_the_bound_neighbours_are_those_of_the_plain_way(blobs: Any, bound: Any) -> None:
    bound(2000)
    near = approximate_neighbours.nearest_neighbours(blobs, blobs, 5)
    np.testing.assert_array_equal(near, neighbours.nearest_neighbours(blobs, blobs, 5))
    distance = approximate_neighbours.mean_neighbour_distance(blobs, 5)
    np.testing.assert_array_equal(distance, neighbours.mean_neighbour_distance(blobs, 5))


def test_beyond_it_nearly_all_neighbours_are_found(blobs: Any, bound: Any) -> None:
    bound(1999)
    near = approximate_neighbours.nearest_neighbours(blobs, blobs, 5)
    exact = neighbours.nearest_neighbours(blobs, blobs, 5)
    found = [len(np.intersect1d(*both)) for both in zip(near, exact, strict=True)]
    assert np.mean(found) > 0.98 * 5


def test_beyond_it_distances_leave_the_row_itself_out(blobs: Any, bound: Any) -> None:
    bound(1999)
    distance = approximate_neighbours.mean_neighbour_distance(blobs, 5)
    exact = neighbours.mean_neighbour_distance(blobs, 5)
    assert (distance >= exact * (1 - 1e-3)).all()
    assert np.mean(distance) == pytest.approx(np.mean(exact), rel=0.01)


def test_rows_that_coincide_are_at_distance_zero(bound: Any) -> None:
    bound(100)
    distance = approximate_neighbours.mean_neighbour_distance(np.ones((200, 3), np.float32), 4)
    assert (distance == 0).all()


def test_more_neighbours_than_the_lists_hold_are_found_all(blobs: Any, bound: Any) -> None:
    bound(1999)
    near = approximate_neighbours.nearest_neighbours(blobs[:3], blobs, 2000)
    np.testing.assert_array_equal(np.sort(near), np.tile(np.arange(2000), (3, 1)))


def test_the_threads_of_faiss_are_what_they_were(blobs: Any, bound: Any) -> None:
    import faiss

    before = faiss.omp_get_max_threads()
    bound(1999)
    approximate_neighbours.nearest_neighbours(blobs[:3], blobs, 5)
    assert faiss.omp_get_max_threads() == before


def test_without_faiss_large_pools_fail_and_say_what_to_install(
    blobs: Any, bound: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name == "faiss":
            raise ImportError(name)
        return plain(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    approximate_neighbours.mean_neighbour_distance(blobs, 5)  # small enough
    bound(1999)
    with pytest.raises(ImportError, match=r"pip install 'albench\[big\]'"):
        approximate_neighbours.mean_neighbour_distance(blobs, 5)


def test_up_to_the_bound_clusters_are_those_of_the_plain_way(blobs: Any, bound: Any) -> None:
    bound(2000)
    weights = np.arange(2000.0)
    found = approximate_clusters.k_means(blobs, 20, np.random.default_rng(0), weights=weights)
    exact = clusters.k_means(blobs, 20, np.random.default_rng(0), weights=weights)
    np.testing.assert_array_equal(found.assignment, exact.assignment)
    np.testing.assert_array_equal(found.distance, exact.distance)


def test_beyond_it_mini_batches_find_clusters_nearly_as_tight(
    blobs: Any, bound: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    bound(1999)
    monkeypatch.setattr(approximate_clusters, "BATCH", 200)
    found = approximate_clusters.k_means(blobs, 60, np.random.default_rng(0))
    exact = clusters.k_means(blobs, 60, np.random.default_rng(0))
    assert found.distance.sum() < 1.25 * exact.distance.sum()


def test_rows_without_weight_attract_no_centre(blobs: Any, bound: Any) -> None:
    bound(1999)
    weights = np.zeros(2000)
    weights[:300] = 1  # the first three blobs
    found = approximate_clusters.k_means(blobs, 3, np.random.default_rng(0), weights=weights)
    assert found.distance[:300].max() < 60
    assert found.n_clusters == 3


def test_clusters_are_no_more_than_rows_that_count(blobs: Any, bound: Any) -> None:
    bound(1999)
    weights = np.zeros(2000)
    weights[:2] = 1
    found = approximate_clusters.k_means(blobs, 50, np.random.default_rng(0), weights=weights)
    assert found.n_clusters == 2


def test_up_to_the_bound_no_sample_is_drawn(bound: Any, rng: Any) -> None:
    bound(2000)

    def choose(rows: Any, k: int) -> Any:
        return np.arange(k)

    before = rng.bit_generator.state
    assert within_a_sample(choose, np.ones(2000, dtype=bool), rng) is choose
    assert rng.bit_generator.state == before


def test_picks_within_a_sample_are_rows_of_the_pool(bound: Any, rng: Any) -> None:
    bound(50)
    seen = []

    def choose(rows: Any, k: int) -> Any:
        seen.append(rows)
        return np.arange(k)

    usable = np.arange(2000) % 2 == 0
    among_all = within_a_sample(choose, np.ones(2000, dtype=bool), rng)(ALL, 4)
    np.testing.assert_array_equal(among_all, seen[0][:4])
    among_some = within_a_sample(choose, usable, rng)(np.flatnonzero(usable), 4)
    np.testing.assert_array_equal(np.flatnonzero(usable)[among_some], seen[1][:4])
    assert len(seen[0]) == len(seen[1]) == 50


def test_a_query_of_more_than_the_sample_is_answered_whole(pool: Any, bound: Any) -> None:
    bound(50)
    picks = MaxHerding()(pool(), 120, np.random.default_rng(0))
    assert len(np.unique(picks)) == 120


def test_coverage_in_a_sample_stays_within_the_bound(rng: Any) -> None:
    pool = rng.normal(size=(5000, 2))
    sample = pool[rng.choice(5000, 500, replace=False)]
    covered = [
        [np.mean(nearest_squared(rows, sample[i : i + 1]) < 1) for rows in (pool, sample)]
        for i in range(500)
    ]
    whole, part = np.transpose(covered)
    assert np.abs(whole - part).max() < error_bound(500)


def test_picks_of_a_sample_cover_nearly_as_much(blobs: Any, pool: Any, bound: Any) -> None:
    bound(2000)
    exact = MaxHerding()(pool(), 10, np.random.default_rng(0))
    np.testing.assert_array_equal(  # the plain way
        exact, herd(blobs[:1990], blobs[1990:], 1.0, 10, np.random.default_rng(0))
    )
    bound(400)
    picks = MaxHerding()(pool(), 10, np.random.default_rng(0))
    directions = blobs / np.linalg.norm(blobs, axis=1, keepdims=True)

    def covered(rows: Any) -> float:
        squared = nearest_squared(directions, directions[np.append(rows, np.arange(1990, 2000))])
        return float(np.exp(-squared / 2).mean())

    assert covered(picks) > covered(exact) - error_bound(400)


STRATEGIES = {
    "k-means": KMeans,
    "maxherding": MaxHerding,
    "probcover": ProbCover,
    "typiclust": TypiClust,
    "typiclust of few clusters": lambda: TypiClust(max_clusters=2),
    "uncertainty-herding": UncertaintyHerding,
}


@pytest.mark.parametrize("make", STRATEGIES.values(), ids=STRATEGIES)
def test_beyond_the_bound_the_same_is_picked_twice(make: Any, pool: Any, bound: Any) -> None:
    bound(400)
    first, again = (make()(pool(), 12, np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert len(np.unique(first)) == 12
    assert first.max() < 1990

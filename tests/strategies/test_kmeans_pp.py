from __future__ import annotations

from typing import Any

import numpy as np

from albench.strategies.mathematics.kmeans_pp import k_means_pp

PLACES = np.array([0.0, 1.0, 3.0])


def seeds(places: Any, n: int, rng: Any, **rest: Any) -> list[int]:
    return list(k_means_pp(lambda i: (places - places[i]) ** 2, n, rng, n_rows=len(places), **rest))


def test_second_seeds_come_in_proportion_to_squared_distance(rng: Any) -> None:
    seconds = [seeds(PLACES, 2, rng, first=0)[1] for _ in range(3000)]
    np.testing.assert_allclose(np.bincount(seconds) / 3000, [0, 0.1, 0.9], atol=0.02)


def test_weights_multiply_the_odds(rng: Any) -> None:
    weights = np.array([0.0, 9.0, 1.0])
    seconds = [seeds(PLACES, 2, rng, first=0, weights=weights)[1] for _ in range(3000)]
    np.testing.assert_allclose(np.bincount(seconds) / 3000, [0, 0.5, 0.5], atol=0.03)


def test_a_row_without_weight_is_never_the_first(rng: Any) -> None:
    firsts = {seeds(PLACES, 1, rng, weights=np.array([0.0, 1.0, 0.0]))[0] for _ in range(20)}
    assert firsts == {1}


def test_it_stops_when_all_rows_coincide_with_a_seed(rng: Any) -> None:
    assert len(seeds(np.array([1.0, 1.0, 2.0, 2.0]), 4, rng)) == 2


def test_seeds_are_distinct(rng: Any) -> None:
    assert sorted(seeds(np.arange(30.0), 30, rng)) == list(range(30))

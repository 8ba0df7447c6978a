from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from albench.strategies.mathematics import neighbours
from albench.strategies.mathematics.distances import nearest_squared
from albench.strategies.mathematics.neighbours import (
    mean_neighbour_distance,
    nearest_enemy,
    nearest_neighbours,
)


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "BLOCK", 100)


@pytest.fixture
def rows(rng: Any) -> Any:
    return rng.normal(size=(40, 5))


def test_mean_distance_to_neighbours_leaves_the_row_itself_out(rows: Any) -> None:
    plain = np.sort(cdist(rows, rows), axis=1)[:, 1:4].mean(axis=1)
    np.testing.assert_allclose(mean_neighbour_distance(rows, 3), plain)


def test_a_single_row_is_at_distance_zero(rows: Any) -> None:
    assert mean_neighbour_distance(rows[:1], 5).tolist() == [0]


def test_nearest_neighbours_are_those_of_a_sort(rows: Any) -> None:
    plain = np.argsort(cdist(rows[:15], rows[15:]), axis=1)[:, :4]
    neighbours = nearest_neighbours(rows[:15], rows[15:], 4)
    np.testing.assert_array_equal(np.sort(neighbours), np.sort(plain))


def test_nearest_enemy_is_of_another_group(rows: Any) -> None:
    groups = np.arange(40) % 3
    distances = cdist(rows, rows, "sqeuclidean")
    distances[groups[:, None] == groups] = np.inf
    np.testing.assert_allclose(nearest_enemy(rows, groups), distances.min(axis=1))


def test_nearest_of_none_is_infinitely_far(rows: Any) -> None:
    assert np.isinf(nearest_squared(rows, rows[:0])).all()


def test_nearest_in_blocks_is_nearest(rows: Any) -> None:
    plain = cdist(rows[:15], rows[15:], "sqeuclidean").min(axis=1)
    np.testing.assert_allclose(nearest_squared(rows[:15], rows[15:], block=60), plain)

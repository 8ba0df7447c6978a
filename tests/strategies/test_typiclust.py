from __future__ import annotations

from typing import Any

import numpy as np
from skactiveml.pool._typi_clust import _typicality

from albench.strategies.neighbours import mean_neighbour_distance
from albench.strategies.typiclust import TypiClust, typical_rows


def test_a_blob_with_a_label_is_left_for_last(make_pool: Any, rng: Any) -> None:
    blobs = np.repeat([[0.0], [50.0], [100.0]], 10, axis=0) + rng.normal(size=(30, 1))
    pool = make_pool(30, labels=[0], embeddings=[*blobs, [0.0]])
    picks = TypiClust()(pool, 2, rng)
    assert sorted(picks // 10) == [1, 2]


def test_the_densest_row_of_a_cluster_stands_for_it(rng: Any) -> None:
    rows = np.array([[0.0], [4.0], [5.0], [5.5], [9.0]])
    assert typical_rows(rows, np.zeros(5, dtype=int), 0, 1, 2, rng) == [2]


def test_large_clusters_come_before_small_ones(rng: Any) -> None:
    rows = np.array([[0.0]] * 6 + [[9.0]] * 8)
    clusters = np.array([0] * 6 + [1] * 8)
    picks = typical_rows(rows, clusters, 0, 2, 5, rng)
    assert clusters[picks].tolist() == [1, 0]


def test_typicality_orders_rows_as_scikit_activeml_does(rng: Any) -> None:
    rows = rng.normal(size=(30, 3))
    theirs = _typicality(rows, np.arange(30), 5)
    assert mean_neighbour_distance(rows, 5).argmin() == theirs.argmax()

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.cluster import KMeans

from albench.strategies.mathematics.clusters import central_rows, k_means


@pytest.fixture
def blobs(rng: Any) -> Any:
    return np.repeat([[0.0, 0.0], [20.0, 0.0], [0.0, 20.0]], 20, axis=0) + rng.normal(size=(60, 2))


def test_separate_blobs_are_found(blobs: Any, rng: Any) -> None:
    clusters = k_means(blobs, 3, rng).assignment.reshape(3, 20)
    assert (clusters == clusters[:, :1]).all()
    assert len(set(clusters[:, 0])) == 3


def test_it_fits_as_well_as_scikit_learn(rng: Any) -> None:
    features = rng.normal(size=(300, 4))
    theirs = KMeans(10, n_init=5, random_state=0).fit(features).inertia_
    ours = min(k_means(features, 10, rng).distance.sum() for _ in range(5))
    assert ours < 1.05 * theirs


def test_weights_pull_centres(rng: Any) -> None:
    features = np.array([[0.0], [1.0], [100.0]])
    clusters = k_means(features, 2, rng, weights=np.array([1.0, 99.0, 1.0]))
    np.testing.assert_allclose(np.sqrt(clusters.distance), [0.99, 0.01, 0], atol=1e-6)


def test_duplicates_make_no_more_clusters_than_there_are_places(rng: Any) -> None:
    assert k_means(np.repeat([[0.0], [1.0]], 5, axis=0), 6, rng).n_clusters == 2


def test_all_weights_zero_is_all_the_same(blobs: Any, rng: Any) -> None:
    assert k_means(blobs, 3, rng, weights=np.zeros(60)).n_clusters == 3


def test_central_rows_are_nearest_to_their_centres_largest_cluster_first(rng: Any) -> None:
    features = np.array([[0.0], [1.0], [2.0], [50.0], [52.0], [51.1]])[:5]
    picks = central_rows(k_means(features, 2, rng), None, rng)
    assert picks[0] == 1
    assert picks[1] in {3, 4}

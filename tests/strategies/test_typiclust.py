from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
from skactiveml.pool._typi_clust import _typicality
from sklearn import datasets
from sklearn.preprocessing import StandardScaler

from albench.strategies.coverage.typiclust import TypiClust, typical_rows
from albench.strategies.mathematics.clusters import k_means
from albench.strategies.mathematics.joined import Joined
from albench.strategies.mathematics.neighbours import mean_neighbour_distance


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


def _authors_picks(features: Any, clusters: Any, n_labelled: int, n: int) -> list[int]:
    """Return picks as the published code makes them, in its own order of steps."""
    left = clusters.copy()
    numbers, sizes = np.unique(left, return_counts=True)
    labelled = np.bincount(left[:n_labelled], minlength=numbers.max() + 1)[numbers]
    large = sizes > 5
    order = numbers[large][np.lexsort((-sizes[large], labelled[large]))]
    left[:n_labelled] = -1
    picks: list[int] = []
    for i in range(n):
        members = np.flatnonzero(left == order[i % len(order)])
        rows = features[members]
        squared = ((rows[:, None] - rows) ** 2).sum(axis=2)
        neighbours = np.sort(squared, axis=1)[:, 1 : 1 + min(20, len(members) // 2)]
        pick = members[neighbours.mean(axis=1).argmin()]
        picks.append(pick - n_labelled)
        left[pick] = -1
    return picks


def test_most_picks_are_those_of_the_authors_code() -> None:
    # The figure is quoted in the strategy's card.
    same = []
    for name, n, seed in product(["digits", "breast_cancer", "wine"], [5, 10, 20], range(5)):
        X = StandardScaler().fit_transform(getattr(datasets, f"load_{name}")().data)
        rows = np.random.default_rng(seed).permutation(X).astype(np.float32)
        labelled, pool = rows[:20], rows[20:]
        clusters = k_means(Joined(labelled, pool), 20 + n, np.random.default_rng(seed)).assignment
        ours = typical_rows(pool, clusters, 20, n, 20, np.random.default_rng(seed))
        same.append(len(set(ours) & set(_authors_picks(rows, clusters, 20, n))) / n)

    assert 0.8 < np.mean(same) < 0.88

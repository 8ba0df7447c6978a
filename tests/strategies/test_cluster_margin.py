from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from albench.strategies.hybrid import cluster_margin as module
from albench.strategies.hybrid.cluster_margin import cluster_margin, round_robin

if TYPE_CHECKING:
    import pytest


def test_small_clusters_come_first_in_every_lap() -> None:
    clusters = np.array([1, 1, 1, 2, 3, 3])
    assert round_robin(clusters, 6).tolist() == [3, 4, 0, 5, 1, 2]


def test_one_of_each_cluster_is_bought_though_one_has_all_least_margins(rng: Any) -> None:
    features = np.repeat([[0.0], [10.0], [20.0]], 4, axis=0) + rng.normal(size=(12, 1)) / 9
    picks = cluster_margin(np.arange(12.0), features, 3, rng)
    assert sorted(picks) == [0, 4, 8]


def test_large_margins_are_not_even_clustered(rng: Any) -> None:
    margins = np.arange(100.0)
    assert cluster_margin(margins, rng.normal(size=(100, 2)), 3, rng, factor=4).max() < 12


def test_a_query_too_large_to_cluster_is_one_of_margins(
    monkeypatch: pytest.MonkeyPatch, rng: Any
) -> None:
    monkeypatch.setattr(module, "LARGEST", 5)
    picks = cluster_margin(np.arange(20.0), rng.normal(size=(20, 2)), 8, rng)
    assert picks.tolist() == list(range(8))

from __future__ import annotations

from typing import Any

import numpy as np

from albench.strategies.coverage.k_means import KMeans
from albench.strategies.hybrid.clue import Clue


def test_each_blob_gives_one_candidate(make_pool: Any, rng: Any) -> None:
    blobs = np.repeat([[0.0], [50.0], [100.0], [150.0]], 10, axis=0) + rng.normal(size=(40, 1))
    picks = KMeans()(make_pool(40, embeddings=blobs), 4, rng)
    assert sorted(picks // 10) == [0, 1, 2, 3]


def test_clue_puts_its_centroid_where_doubt_is(make_pool: Any, rng: Any) -> None:
    places = np.linspace(0, 1, 11)[:, None]
    proba = [[0.9999, 0.0001]] * 10 + [[0.5, 0.5]]
    pool = make_pool(11, embeddings=places, proba=proba)
    assert Clue()(pool, 1, rng) == [10]
    assert KMeans()(pool, 1, rng) == [5]


def test_coinciding_candidates_still_give_as_many_as_asked(make_pool: Any, rng: Any) -> None:
    pool = make_pool(8, embeddings=np.repeat([[0.0], [1.0]], 4, axis=0))
    picks = KMeans()(pool, 5, rng)
    assert len(set(picks.tolist())) == 5
    assert {0, 1} == set(picks[:2] // 4)

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from skactiveml.pool import k_greedy_center

from albench.strategies.coverage.k_center import KCenter, k_center


def plain(features: Any, labelled: Any, n: int) -> list[int]:
    centres, picks = labelled, []
    for _ in range(n):
        pick = int(cdist(features, centres).min(axis=1).argmax())
        picks.append(pick)
        centres = np.vstack([centres, features[[pick]]])
    return picks


def test_farthest_point_then_the_farthest_from_both(make_pool: Any, rng: Any) -> None:
    pool = make_pool(4, labels=[0], embeddings=[[1.0], [5.0], [10.0], [9.5], [0.0]])
    assert KCenter()(pool, 4, rng).tolist() == [2, 1, 0, 3]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_picks_are_those_of_the_plain_way(dtype: Any, rng: Any) -> None:
    features, labelled = rng.normal(size=(200, 8)), rng.normal(size=(5, 8))
    picks = k_center(features.astype(dtype), labelled.astype(dtype), 30, rng)
    assert picks.tolist() == plain(features, labelled, 30)


def test_picks_are_those_of_scikit_activeml(rng: Any) -> None:
    X = rng.normal(size=(60, 4))
    y = np.full(60, np.nan)
    y[50:] = 0
    theirs, _ = k_greedy_center(X=X, y=y, batch_size=10)
    assert k_center(X[:50], X[50:], 10, rng).tolist() == theirs.tolist()


def test_a_copy_of_a_labelled_candidate_comes_last(rng: Any) -> None:
    features = 1000 + rng.normal(size=(20, 3)).astype(np.float32)
    assert k_center(features, features[[7]], 20, rng)[-1] == 7


def test_without_labels_the_first_pick_is_random(rng: Any) -> None:
    features = np.arange(20.0)[:, None]
    firsts = {int(k_center(features, features[:0], 1, rng)[0]) for _ in range(30)}
    assert len(firsts) > 5

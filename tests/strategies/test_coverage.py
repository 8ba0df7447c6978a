from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from skactiveml.pool import MaxHerding as TheirHerding
from skactiveml.pool import ProbCover as TheirCover

from albench.strategies.coverage.maxherding import MaxHerding, herd
from albench.strategies.coverage.probcover import ProbCover, probcover, pure_radius
from albench.strategies.hybrid.uncertainty_herding import adapted_width
from albench.strategies.mathematics.max_coverage import (
    Cover,
    ball,
    gaussian,
    max_coverage,
    unit_rows,
)


def plain(similarities: Any, covered: Any, weights: Any, n: int) -> list[int]:
    picks: list[int] = []
    for _ in range(n):
        gains = np.maximum(similarities - covered, 0) @ weights
        gains[picks] = -1
        picks.append(int(gains.argmax()))
        covered = np.maximum(covered, similarities[picks[-1]])
    return picks


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_lazy_picks_are_those_of_the_plain_way(dtype: Any, rng: Any) -> None:
    rows, labelled = rng.normal(size=(150, 4)), rng.normal(size=(10, 4))
    weights = rng.random(150)
    kernel = np.exp(-cdist(rows, rows, "sqeuclidean") / 2)
    covered = np.exp(-cdist(rows, labelled, "sqeuclidean") / 2).max(axis=1)
    cover = Cover(rows.astype(dtype), labelled.astype(dtype), gaussian(1.0), weights)
    assert max_coverage(cover, 20, rng).tolist() == plain(kernel, covered, weights, 20)


@pytest.mark.parametrize("seed", range(5))
def test_herding_picks_are_those_of_scikit_activeml_ties_aside(seed: int) -> None:
    X, y = np.random.default_rng(seed).normal(size=(60, 4)), np.full(60, np.nan)
    y[50:] = 0
    herding = TheirHerding(metric_dict={"gamma": 0.5})
    theirs, gains = herding.query(X, y, batch_size=8, return_utilities=True)
    ours = herd(unit_rows(X[:50]), unit_rows(X[50:]), 1.0, 8, np.random.default_rng(0))
    # Two that cover each other and nothing else have the same gain: compare up to such a tie.
    same = int(np.argmin(np.append(ours == theirs, False)))
    assert same >= 2
    for gain, pick in zip(gains[: same + 1], ours, strict=False):
        np.testing.assert_allclose(gain[pick], np.nanmax(gain))


def test_ball_covers_are_as_large_as_those_of_scikit_activeml(rng: Any) -> None:
    X, y = rng.normal(size=(60, 2)), np.full(60, np.nan)
    with pytest.warns(UserWarning, match="purity"):  # of a single radius they do not compute it
        theirs = TheirCover(deltas=[0.5], random_state=0).query(X, y, batch_size=5)
    ours = probcover(X, X[:0], 0.5, 5, rng)
    near = cdist(X, X) <= 0.5
    assert near[ours].any(axis=0).sum() == near[theirs].any(axis=0).sum()


def test_what_a_label_covers_is_not_bought(make_pool: Any, rng: Any) -> None:
    places = [[0.0, 1.0]] * 5 + [[1.0, 0.0]] * 3
    pool = make_pool(8, labels=[0], embeddings=[*places, [0.0, 1.0]])
    assert MaxHerding(0.1)(pool, 1, rng)[0] >= 5


def test_the_radius_keeps_the_wanted_share_of_balls_pure(rng: Any) -> None:
    rows = np.concatenate([rng.normal(size=(50, 2)), 6 + rng.normal(size=(50, 2))])
    radius = pure_radius(rows, 2, 0.95, rng)
    truth = np.arange(100) >= 50
    mixed = (cdist(rows, rows) <= radius) & (truth[:, None] != truth)
    assert 0 < mixed.any(axis=1).mean() <= 0.05
    wider = (cdist(rows, rows) <= 1.3 * radius) & (truth[:, None] != truth)
    assert wider.any(axis=1).mean() > 0.05


def test_one_cluster_makes_every_ball_pure(rng: Any) -> None:
    assert pure_radius(np.zeros((10, 2)), 3, 0.95, rng) == np.inf


def test_probcover_takes_the_middle_of_the_largest_heap(make_pool: Any, rng: Any) -> None:
    places = np.concatenate([np.linspace(0, 1, 21), np.linspace(50, 51, 5)])[:, None]
    pool = make_pool(26, embeddings=places, n_classes=2)
    assert ProbCover()(pool, 2, rng)[0] < 21


def test_the_kernel_narrows_to_the_closest_labels() -> None:
    rows = np.array([[0.0], [0.3], [0.3], [1.0]])
    np.testing.assert_allclose(adapted_width(rows), 0.3)
    assert adapted_width(rows[:1]) == adapted_width(rows[:0]) == 1.0


def test_a_ball_ends_at_its_radius() -> None:
    assert ball(2.0)(np.array([3.9, 4.0, 4.1])).tolist() == [1, 1, 0]

from __future__ import annotations

from typing import Any

import numpy as np

from albench.strategies.ordinal.stage_boundary import (
    StageBoundary,
    boundary_doubt,
    boundary_weights,
)


def test_weights_are_shares_of_the_confusion_between_neighbours() -> None:
    labels = np.array([1, 2, 2, 1, 3, 0, 0])
    predicted = np.array([2, 1, 2, 2, 2, 3, 0])  # thrice 1 and 2, once 2 and 3, once far off
    np.testing.assert_allclose(boundary_weights(predicted, labels, 4), np.array([1, 4, 2]) / 7)


def test_without_confusion_all_boundaries_weigh_the_same() -> None:
    np.testing.assert_allclose(boundary_weights(np.arange(4), np.arange(4), 4), 1 / 3)


def test_doubt_is_the_smaller_of_two_neighbours() -> None:
    proba = np.array([[0.5, 0.4, 0.1], [0.5, 0.0, 0.5], [0.0, 0.3, 0.7]])
    np.testing.assert_allclose(boundary_doubt(proba, np.array([0.75, 0.25])), [0.3, 0, 0.075])


def test_doubt_at_the_confused_boundary_is_bought_first(make_pool: Any, rng: Any) -> None:
    # Stages 0 and 1 cannot be told apart in the embeddings, 2 can.
    labels = np.tile([0, 1, 2], 20)
    places = np.where(labels == 2, 5.0, 0.0)[:, None] + rng.normal(size=(60, 1)) / 9
    doubts = [[0.5, 0.5, 0.0], [0.0, 0.5, 0.5]]
    pool = make_pool(
        2,
        labels=labels,
        embeddings=np.concatenate([np.zeros((2, 1)), places]),
        proba=[*doubts, *np.eye(3)[labels]],
    )
    assert StageBoundary()(pool, 2, rng).tolist() == [0, 1]

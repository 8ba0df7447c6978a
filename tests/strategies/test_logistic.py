from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from albench.strategies.mathematics.joined import BLOCK, Joined, blocks
from albench.strategies.mathematics.logistic import logistic_scores
from albench.strategies.mathematics.softmax_head import fit_head


def test_it_is_the_balanced_softmax_of_two_classes(rng: Any) -> None:
    features = rng.normal(size=(60, 4)) * [1, 10, 0.1, 1] + 3.0
    positive = features[:, 0] + rng.normal(size=60) > 3.5
    logits = fit_head(features, positive.astype(np.intp), 2, balanced=True).logits(features)
    scores = logistic_scores(features, positive, tolerance=1e-9)
    np.testing.assert_allclose(scores, logits[:, 1] - logits[:, 0], atol=1e-3)


def test_rows_in_two_arrays_are_scored_as_in_one(rng: Any) -> None:
    features = rng.normal(size=(50, 3))
    positive = np.arange(50) >= 9
    joined = Joined(features[:9], features[9:])
    np.testing.assert_array_equal(
        logistic_scores(joined, positive), logistic_scores(features, positive)
    )


@pytest.mark.parametrize("value", [True, False])
def test_one_group_alone_is_told_apart_from_nothing(value: bool, rng: Any) -> None:
    scores = logistic_scores(rng.normal(size=(20, 3)), np.full(20, value))
    assert np.isfinite(scores).all()


def test_many_rows_are_scored_in_blocks_as_in_one(rng: Any) -> None:
    features = rng.normal(size=(BLOCK + 50, 2))
    positive = features[:, 0] > 0.3
    scores = logistic_scores(Joined(features[:20], features[20:]), positive)
    np.testing.assert_allclose(scores, logistic_scores(features, positive), atol=1e-6)


def test_blocks_cover_all_rows_and_split_at_a_seam_of_many() -> None:
    few, many = np.zeros((3, 1)), np.zeros((BLOCK + 1, 1))
    assert list(blocks(Joined(few, few))) == [slice(0, 6)]
    assert list(blocks(Joined(few, many))) == [
        slice(0, 3),
        slice(3, BLOCK + 3),
        slice(BLOCK + 3, BLOCK + 4),
    ]


@pytest.mark.parametrize("rows", [slice(0, 2), slice(3, 5), slice(1, 4), np.array([4, 0, 2])])
def test_joined_rows_are_those_of_one_array(rows: Any, rng: Any) -> None:
    whole = rng.normal(size=(5, 2))
    np.testing.assert_array_equal(Joined(whole[:2], whole[2:])[rows], whole[rows])

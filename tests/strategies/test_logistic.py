from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from albench.strategies.mathematics.joined import BLOCK, Joined, blocks
from albench.strategies.mathematics.logistic import LogisticFits
from albench.strategies.mathematics.softmax_head import fit_head


def test_it_is_the_balanced_softmax_of_two_classes(rng: Any) -> None:
    features = rng.normal(size=(60, 4)) * [1, 10, 0.1, 1] + 3.0
    positive = features[:, 0] + rng.normal(size=60) > 3.5
    logits = fit_head(features, positive.astype(np.intp), 2, balanced=True).logits(features)
    scores = LogisticFits(features).scores(positive)
    np.testing.assert_allclose(scores, logits[:, 1] - logits[:, 0], atol=1e-3)


@pytest.fixture
def pool(rng: Any) -> Any:
    """Vectors of a pool, as a network of rectifiers gives them: alike, and some nearly constant."""
    hidden = rng.normal(size=(900, 12)) @ rng.normal(size=(12, 40))
    return (np.maximum(hidden, 0) * np.geomspace(1e-2, 10, 40)).astype(np.float32)


@pytest.mark.parametrize("n_labelled", [5, 60])
def test_few_against_a_whole_pool_are_fitted_to_the_minimum(n_labelled: int, pool: Any) -> None:
    positive = np.arange(len(pool)) >= n_labelled
    columns = StandardScaler().fit_transform(pool.astype(np.float64))
    constant = np.ones((len(pool), 1))  # whose weight has a penalty, too
    peer = LogisticRegression(
        C=2.0, class_weight="balanced", fit_intercept=False, solver="newton-cholesky", tol=1e-9
    ).fit(np.hstack([columns, constant]), positive)
    wanted = peer.decision_function(np.hstack([columns, constant]))
    np.testing.assert_allclose(LogisticFits(pool).scores(positive), wanted, atol=2e-3)


def test_where_a_fit_begins_does_not_matter(pool: Any) -> None:
    few, more = np.arange(len(pool)) >= 5, np.arange(len(pool)) >= 15
    one_after_the_other = LogisticFits(pool)
    one_after_the_other.scores(few)
    scores = one_after_the_other.scores(more)
    np.testing.assert_allclose(scores, LogisticFits(pool).scores(more), atol=2e-3)


def test_rows_in_two_arrays_are_scored_as_in_one(rng: Any) -> None:
    features = rng.normal(size=(50, 3))
    positive = np.arange(50) >= 9
    joined = Joined(features[:9], features[9:])
    np.testing.assert_array_equal(
        LogisticFits(joined).scores(positive), LogisticFits(features).scores(positive)
    )


@pytest.mark.parametrize("value", [True, False])
def test_one_group_alone_is_told_apart_from_nothing(value: bool, rng: Any) -> None:
    scores = LogisticFits(rng.normal(size=(20, 3))).scores(np.full(20, value))
    assert np.isfinite(scores).all()


def test_many_rows_are_scored_in_blocks_as_in_one(rng: Any) -> None:
    features = rng.normal(size=(BLOCK + 50, 2))
    positive = features[:, 0] > 0.3
    scores = LogisticFits(Joined(features[:20], features[20:])).scores(positive)
    np.testing.assert_allclose(scores, LogisticFits(features).scores(positive), atol=1e-4)


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

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from skactiveml.classifier import SklearnClassifier
from skactiveml.pool import Badge as Theirs
from sklearn.linear_model import LogisticRegression

from albench.strategies.hybrid.badge import Badge, badge, residuals
from albench.strategies.mathematics.outer_rows import OuterRows


def formed(problem: Any) -> Any:
    proba, features = problem
    gradients = residuals(proba)[:, :, None] * features[:, None]
    return gradients.reshape(len(proba), -1)


@pytest.fixture
def problem(rng: Any) -> Any:
    return rng.dirichlet(np.ones(4), size=50), rng.normal(size=(50, 6))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_distances_from_factors_are_those_of_the_outer_products(dtype: Any, problem: Any) -> None:
    proba, features = (part.astype(dtype) for part in problem)
    plain = cdist(formed((proba, features)), formed((proba, features))[[7]], "sqeuclidean")[:, 0]
    distances = OuterRows(residuals(proba), features).distance_to(7)
    np.testing.assert_allclose(distances, plain, rtol=1e-4, atol=1e-5)


def test_equal_rows_are_at_distance_zero(problem: Any) -> None:
    proba, features = (np.tile(part[:1], (5, 1)).astype(np.float32) for part in problem)
    np.testing.assert_array_equal(OuterRows(proba, features).distance_to(0), 0)


def test_the_longest_gradient_is_first(problem: Any, rng: Any) -> None:
    lengths = np.linalg.norm(formed(problem), axis=1)
    assert badge(problem[0], problem[1], 5, rng)[0] == lengths.argmax()


def test_picks_are_those_of_k_means_pp_on_the_formed_gradients(problem: Any) -> None:
    rows = formed(problem)
    plain = [int(np.linalg.norm(rows, axis=1).argmax())]
    draws = np.random.default_rng(4)
    for _ in range(9):
        nearest = cdist(rows, rows[plain], "sqeuclidean").min(axis=1)
        ladder = np.cumsum(nearest)
        plain.append(int(np.searchsorted(ladder, draws.random() * ladder[-1], side="right")))
    assert badge(problem[0], problem[1], 10, np.random.default_rng(4)).tolist() == plain


def test_first_pick_is_that_of_scikit_activeml(rng: Any) -> None:
    X, y = rng.normal(size=(60, 5)), np.full(60, np.nan)
    y[:12] = np.arange(12) % 3
    clf = SklearnClassifier(LogisticRegression(), classes=[0, 1, 2]).fit(X, y)
    theirs = Theirs(random_state=0).query(X, y, clf, fit_clf=False, batch_size=1)
    ours = badge(clf.predict_proba(X[12:]), X[12:], 1, rng)
    assert ours[0] + 12 == theirs[0]


def test_equal_gradients_still_give_distinct_picks(make_pool: Any, rng: Any) -> None:
    pool = make_pool(6, proba=[[0.5, 0.5]] * 6, embeddings=np.ones((6, 3)))
    assert sorted(Badge()(pool, 6, rng)) == list(range(6))

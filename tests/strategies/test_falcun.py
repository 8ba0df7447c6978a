from __future__ import annotations

from typing import Any

import numpy as np
from skactiveml.classifier import SklearnClassifier
from skactiveml.pool import Falcun as Theirs
from sklearn.linear_model import LogisticRegression

from albench.strategies.hybrid.falcun import falcun, nearer, relevance
from albench.strategies.mathematics.confidence import margin


def test_odds_are_those_of_scikit_activeml(rng: Any) -> None:
    X, y = rng.normal(size=(50, 4)), np.full(50, np.nan)
    y[:9] = np.arange(9) % 3
    clf = SklearnClassifier(LogisticRegression(), classes=[0, 1, 2]).fit(X, y)
    query, theirs = Theirs(random_state=0).query(
        X, y, clf, fit_clf=False, batch_size=4, return_utilities=True
    )
    proba = clf.predict_proba(X[9:])
    uncertainty = distance = 1 - margin(proba)
    for i, odds in enumerate(theirs[:, 9:]):
        distance = nearer(distance, proba.T, query[i - 1] - 9) if i else distance
        ours = relevance(uncertainty, distance, 10)
        ours[query[:i] - 9] = 0
        np.testing.assert_allclose(ours / ours.sum(), np.nan_to_num(odds), atol=1e-12)


def test_near_certain_predictions_are_hardly_drawn(rng: Any) -> None:
    proba = np.array([[0.99, 0.01]] * 50 + [[0.5, 0.5]])
    assert np.mean([falcun(proba, 1, rng)[0] == 50 for _ in range(50)]) > 0.9


def test_certain_predictions_are_drawn_uniformly(rng: Any) -> None:
    proba = np.tile([1.0, 0.0], (5, 1))
    assert {int(falcun(proba, 1, rng)[0]) for _ in range(60)} == set(range(5))

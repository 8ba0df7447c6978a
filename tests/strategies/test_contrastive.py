from __future__ import annotations

from typing import Any

import numpy as np
from scipy.spatial.distance import cdist
from scipy.stats import entropy
from skactiveml.classifier import SklearnClassifier
from skactiveml.pool import ContrastiveAL
from sklearn.linear_model import LogisticRegression

from albench.strategies.hybrid.contrastive import Contrastive, contrast


def test_contrast_is_the_mean_divergence_of_neighbours(rng: Any) -> None:
    proba, theirs = rng.dirichlet(np.ones(3), size=20), rng.dirichlet(np.ones(3), size=9)
    features, labelled = rng.normal(size=(20, 2)), rng.normal(size=(9, 2))
    near = np.argsort(cdist(features, labelled), axis=1)[:, :4]
    plain = [
        np.mean([entropy(theirs[j], p) for j in js]) for p, js in zip(proba, near, strict=True)
    ]
    np.testing.assert_allclose(contrast(proba, features, theirs, labelled, 4), plain)


def test_scores_agree_with_scikit_activeml(rng: Any) -> None:
    X, y = rng.normal(size=(60, 4)), np.full(60, np.nan)
    y[:15] = np.arange(15) % 3
    clf = SklearnClassifier(LogisticRegression(), classes=[0, 1, 2]).fit(X, y)
    theirs = ContrastiveAL(nearest_neighbors_dict={"n_neighbors": 10}).query(
        X, y, clf, fit_clf=False, return_utilities=True
    )[1]
    proba = clf.predict_proba(X)
    ours = contrast(proba[15:], X[15:], proba[:15], X[:15], 10)
    np.testing.assert_allclose(ours, theirs[0, 15:], atol=1e-5)


def test_what_differs_from_its_neighbours_is_bought(make_pool: Any, rng: Any) -> None:
    pool = make_pool(
        3,
        labels=[0, 1],
        embeddings=[[0.0], [0.1], [9.0], [0.0], [9.0]],
        proba=[[0.9, 0.1], [0.1, 0.9], [0.1, 0.9], [0.9, 0.1], [0.1, 0.9]],
    )
    assert Contrastive(1)(pool, 1, rng) == [1]

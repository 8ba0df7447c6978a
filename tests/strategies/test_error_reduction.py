from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from scipy.special import softmax, xlogy
from scipy.stats import spearmanr
from sklearn import datasets
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from albench.strategies.hybrid.error_reduction import (
    FAINTEST,
    ExpectedErrorReduction,
    Labelled,
    expected_loss,
    leverage,
    refitted_loss,
)
from albench.strategies.mathematics.refitting import fitted


def with_bias(rows: Any) -> Any:
    return np.column_stack([rows, np.ones(len(rows))])


def test_the_step_is_newtons_with_boehnings_bound(rng: Any) -> None:
    labelled, others, x = (rng.normal(size=(k, 2)) for k in (9, 5, 1))
    scale = np.sqrt(np.mean(x**2))  # vectors are measured in the size of the candidates
    learned, seen, row = (with_bias(rows / scale) for rows in (labelled, others, x))
    gram = learned.T @ learned + row.T @ row + np.eye(3)
    surprise = np.array([-0.2, 0.7, -0.5])
    # One system over the weights of all classes; the bound has a null space, shifts of all classes.
    bound = np.kron(0.5 * (np.eye(3) - 1 / 3), gram)
    step = (np.linalg.pinv(bound) @ np.kron(surprise, row[0])).reshape(3, 3)
    reach = leverage(x, others, labelled, 1.0)[0]
    np.testing.assert_allclose(reach[:, None] * surprise, seen @ step.T)


@pytest.mark.parametrize("loss", ["log", "zero-one"])
def test_what_reaches_nothing_changes_nothing(loss: str, rng: Any) -> None:
    proba, others = rng.dirichlet(np.ones(3), size=4), rng.dirichlet(np.ones(3), size=6)
    losses = expected_loss(proba, others, np.zeros((4, 6)), loss)
    plain = -(others * np.log(others)).sum(axis=1) if loss == "log" else 1 - others.max(axis=1)
    np.testing.assert_allclose(losses, plain.mean())


@pytest.mark.parametrize("loss", ["log", "zero-one"])
@pytest.mark.parametrize("n_classes", [1, 2, 7])
@pytest.mark.parametrize("length", [0.1, 5.0, 90.0, 1000.0])
def test_moving_one_term_gives_what_moving_all_gives(
    loss: str, n_classes: int, length: float, rng: Any
) -> None:
    proba = rng.dirichlet(np.full(n_classes, 0.2), size=8)
    others = rng.dirichlet(np.full(n_classes, 0.05), size=30)
    reach = rng.normal(scale=length, size=(8, 30))
    logits = np.log(np.maximum(others, FAINTEST))
    for p, steps, loss_found in zip(
        proba, reach, expected_loss(proba, others, reach, loss), strict=True
    ):
        shifts = np.eye(n_classes) - p
        after = softmax(logits + steps[:, None] * shifts[:, None], axis=2)
        losses = -xlogy(after, after).sum(axis=2) if loss == "log" else 1 - after.max(axis=2)
        np.testing.assert_allclose(loss_found, p @ losses.mean(axis=1), atol=1e-11)


def test_the_middle_of_the_uncertain_heap_is_bought(make_pool: Any, rng: Any) -> None:
    places = np.concatenate([np.full((10, 2), [3.0, 0.0]), np.full((1, 2), [0.0, 3.0])])
    pool = make_pool(11, embeddings=places, proba=[[0.6, 0.4]] * 11)
    assert ExpectedErrorReduction()(pool, 1, rng)[0] < 10


def _problem(name: str, n_labelled: int, seed: int) -> Any:
    """Return candidates, references and a labelled set of a bundled data set, in ten dimensions."""
    X, y = getattr(datasets, f"load_{name}")(return_X_y=True)
    X = PCA(10, random_state=0).fit_transform(StandardScaler().fit_transform(X))
    order = np.random.default_rng(seed).permutation(len(X))
    first, rest = order[:n_labelled], order[n_labelled:]
    return X[rest[:25]], X[rest[-50:]], Labelled(X[first], y[first]), len(np.unique(y))


def _agreement(name: str, n_labelled: int, seed: int) -> float:
    """Return the rank correlation of one step's scores with those of refitting."""
    features, others, labelled, n_classes = _problem(name, n_labelled, seed)
    unit = np.sqrt(np.mean(features**2))
    rows, seen, learned = (with_bias(x / unit) for x in (features, others, labelled.features))
    start = np.zeros((rows.shape[1], n_classes))
    weights = fitted(learned, labelled.labels, 1.0, start)
    proba, other_proba = (softmax(x @ weights, axis=1) for x in (rows, seen))
    reach = leverage(features, others, labelled.features, 1.0)
    step = expected_loss(proba, other_proba, reach, "log")
    refit = refitted_loss(proba, features, others, labelled, 1.0, "log")
    return float(spearmanr(step, refit)[0])


def test_one_step_stands_for_refitting_only_while_the_model_is_unsure() -> None:
    # The figures are quoted in the strategy's card.
    unsure = np.mean([_agreement("digits", 10, seed) for seed in range(4)])
    sure = np.mean([_agreement("breast_cancer", 50, seed) for seed in range(4)])

    assert unsure > 0.7
    assert sure < 0.2


@pytest.mark.parametrize("loss", ["log", "zero-one"])
def test_refitting_is_a_regression_for_each_candidate_and_label(loss: str, rng: Any) -> None:
    features, others, vectors = (rng.normal(size=(k, 2)) for k in (4, 6, 9))
    labels, proba = np.arange(9) % 3, rng.dirichlet(np.ones(3), size=4)
    unit = np.sqrt(np.mean(features**2))  # vectors are measured in the size of the candidates
    rows, seen, labelled = (with_bias(x / unit) for x in (features, others, vectors))
    plain = np.zeros(4)
    for i, y in product(range(4), range(3)):
        model = LogisticRegression(C=1 / 0.5, fit_intercept=False, tol=1e-10, max_iter=10_000)
        model.fit(np.vstack([labelled, rows[i]]), np.append(labels, y))
        after = model.predict_proba(seen)
        entropy = -(after * np.log(after)).sum(axis=1).mean()
        plain[i] += proba[i, y] * (entropy if loss == "log" else 1 - after.max(axis=1).mean())

    losses = refitted_loss(proba, features, others, Labelled(vectors, labels), 0.5, loss)

    np.testing.assert_allclose(losses, plain, rtol=1e-5)


def test_refitting_buys_the_candidate_of_least_loss(make_pool: Any, rng: Any) -> None:
    places = rng.normal(size=(12, 2))
    proba = rng.dirichlet(np.ones(2), size=12)
    vectors, labels = rng.normal(size=(6, 2)), np.arange(6) % 2
    pool = make_pool(
        12, embeddings=[*places, *vectors], proba=[*proba, *[[0.5, 0.5]] * 6], labels=labels
    )
    losses = refitted_loss(proba, places, places, Labelled(vectors, labels), 1.0, "log")

    assert ExpectedErrorReduction(refit=True)(pool, 1, rng) == [losses.argmin()]

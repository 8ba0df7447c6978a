from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from albench.strategies.mathematics.recovered_head import recovered_head
from albench.strategies.mathematics.softmax_head import (
    best_temperature,
    calibrated_proba,
    fit_head,
    held_out_logits,
)


@pytest.fixture
def problem(rng: Any) -> Any:
    features = 5 + rng.normal(size=(200, 4)) * [1, 2, 3, 4]
    logits = (features - 5) @ rng.normal(size=(4, 3))
    return features, (logits + rng.gumbel(size=logits.shape)).argmax(axis=1)


def test_it_fits_as_scikit_learn_does(problem: Any) -> None:
    features, labels = problem
    scaled = StandardScaler().fit_transform(features)
    theirs = LogisticRegression(C=1.0).fit(scaled, labels).predict_proba(scaled)
    ours = softmax(fit_head(features, labels, 3).logits(features), axis=1)
    # Ours also shrinks the bias a little.
    np.testing.assert_allclose(ours, theirs, atol=0.01)


def test_float32_gives_nearly_the_same(problem: Any) -> None:
    features, labels = problem
    single = fit_head(features.astype(np.float32), labels, 3).logits(features)
    np.testing.assert_allclose(single, fit_head(features, labels, 3).logits(features), atol=0.02)


def test_a_class_without_labels_is_unlikely_but_finite(problem: Any) -> None:
    features, labels = problem
    proba = softmax(fit_head(features, labels % 2, 3).logits(features), axis=1)
    assert 0 < proba[:, 2].max() < 0.2


def test_without_labels_all_classes_are_equally_likely() -> None:
    assert not fit_head(np.empty((0, 3)), np.empty(0, dtype=int), 4).logits(np.ones((2, 3))).any()


def test_balance_makes_up_for_sizes(rng: Any) -> None:
    features, labels = rng.normal(size=(100, 1)), (np.arange(100) >= 95).astype(int)
    head = fit_head(features, labels, 2, balanced=True)
    assert abs(head.bias[1] - head.bias[0]) < 0.2


def test_held_out_subjects_are_not_learned_from() -> None:
    # A subject's own rows give its label away; nothing else does.
    subjects = np.repeat(np.arange(20), 5)
    labels = np.arange(20)[subjects] % 2
    features = np.eye(20)[subjects]
    logits = held_out_logits(features, labels, subjects, 2)
    assert logits is not None
    assert (logits.argmax(axis=1) == labels).mean() < 0.6


def test_one_subject_cannot_be_held_out() -> None:
    assert held_out_logits(np.ones((4, 2)), np.zeros(4, int), np.zeros(4, int), 2) is None


def test_the_temperature_undoes_overconfidence(rng: Any) -> None:
    logits = rng.normal(size=(4000, 3)) * 2
    labels = (logits + rng.gumbel(size=logits.shape)).argmax(axis=1)
    np.testing.assert_allclose(best_temperature(4 * logits, labels), 4, rtol=0.1)


def test_calibrated_probabilities_of_noise_are_flat(rng: Any) -> None:
    features, labels = rng.normal(size=(60, 30)), rng.integers(2, size=60)
    proba = calibrated_proba(features, labels, np.arange(60), 2, features)
    assert proba.max() < 0.8


def test_the_networks_own_head_is_recovered_exactly(rng: Any) -> None:
    features = rng.normal(size=(100, 6)).astype(np.float32)
    weights, bias = rng.normal(size=(6, 4)), rng.normal(size=4)
    proba = softmax(features @ weights + bias, axis=1).astype(np.float32)
    head = recovered_head(features, proba)
    np.testing.assert_allclose(head.weights, weights - weights.mean(axis=1)[:, None], atol=1e-4)
    np.testing.assert_allclose(head.bias, bias - bias.mean(), atol=1e-4)


def test_saturated_rows_do_not_spoil_the_recovered_head(rng: Any) -> None:
    features = rng.normal(size=(100, 3)).astype(np.float32)
    features[:40] *= 1000
    proba = softmax(features @ np.eye(3), axis=1).astype(np.float32)
    assert (recovered_head(features, proba).logits(features).argmax(1) == proba.argmax(1)).all()


def test_a_near_start_ends_where_a_far_one_does(rng: Any) -> None:
    features = rng.normal(size=(40, 5)) * [1, 10, 0.1, 1, 1] + 3.0
    labels = rng.integers(3, size=40)
    far = fit_head(features, labels, 3)
    near = fit_head(features[:-1], labels[:-1], 3)
    head = fit_head(features, labels, 3, start=near, iterations=10)
    np.testing.assert_allclose(head.logits(features), far.logits(features), atol=0.02)

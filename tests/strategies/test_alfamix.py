from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.special import softmax

from albench.strategies.hybrid.alfamix import alfamix, class_means, steps_to_change
from albench.strategies.mathematics.softmax_head import LinearHead


@pytest.fixture
def head(rng: Any) -> LinearHead:
    return LinearHead(rng.normal(size=(5, 3)), rng.normal(size=3))


def changed_at(step: float, features: Any, head: LinearHead, anchors: Any) -> Any:
    """Mix as the authors' code does, coefficient by coefficient."""
    logits = head.logits(features)
    label = logits.argmax(axis=1)
    gradient = (softmax(logits, axis=1) - np.eye(3)[label]) @ head.weights.T
    changed = np.zeros(len(features), dtype=bool)
    for anchor in anchors:
        apart = anchor - features
        lengths = np.linalg.norm(apart, axis=1) / np.linalg.norm(gradient, axis=1)
        alpha = step * lengths[:, None] * gradient / apart
        mixed = (1 - alpha) * features + alpha * anchor
        changed |= head.logits(mixed).argmax(axis=1) != label
    return changed


@pytest.mark.parametrize("step", [0.05, 0.2, 0.6])
def test_steps_are_those_at_which_mixing_changes_labels(
    step: float, head: LinearHead, rng: Any
) -> None:
    features, anchors = rng.normal(size=(100, 5)), rng.normal(size=(3, 5))
    steps = steps_to_change(features, head, anchors)
    np.testing.assert_array_equal(steps <= step, changed_at(step, features, head, anchors))


def test_without_anchors_nothing_changes(head: LinearHead, rng: Any) -> None:
    assert np.isinf(steps_to_change(rng.normal(size=(4, 5)), head, np.empty((0, 5)))).all()


def test_anchors_are_means_of_the_classes_that_have_labels() -> None:
    means = class_means(np.array([[0.0], [2.0], [9.0]]), np.array([0, 0, 2]))
    assert means.tolist() == [[1.0], [9.0]]


def test_the_step_is_raised_until_more_have_changed_than_are_wanted(rng: Any) -> None:
    steps = np.array([0.1, 0.1, 0.3, 0.3, 0.9, 0.9])
    picks = alfamix(rng.normal(size=(6, 2)), steps, 2, rng)
    assert (picks < 4).all()


def test_others_fill_up_when_too_few_change(rng: Any) -> None:
    steps = np.array([0.1, np.inf, np.inf, np.inf])
    assert alfamix(rng.normal(size=(4, 2)), steps, 3, rng)[0] == 0

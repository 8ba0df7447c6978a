"""Metrics against scikit-learn, and where scikit-learn has no answer, by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from sklearn import metrics as sklearn_metrics

from albench.metrics import classification

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHAPES = {"binary": (40, 2), "three classes": (60, 3), "ten classes": (200, 10)}


def predictions(
    shape: tuple[int, int], decimals: int = 9
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return labels of all classes and probabilities that know a little of them."""
    rng = np.random.default_rng(7)
    n, n_classes = shape
    labels = rng.permutation(np.arange(n) % n_classes)
    proba = rng.dirichlet(np.ones(n_classes), n) + 0.3 * np.eye(n_classes)[labels]
    proba = np.round(proba / proba.sum(axis=1, keepdims=True), decimals)
    return labels, proba


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_accuracies_are_scikit_learns(shape: tuple[int, int]) -> None:
    labels, proba = predictions(shape)
    chosen = proba.argmax(axis=1)
    expected = sklearn_metrics.accuracy_score(labels, chosen)
    assert classification.accuracy(labels, proba) == pytest.approx(expected)
    expected = sklearn_metrics.balanced_accuracy_score(labels, chosen)
    assert classification.balanced_accuracy(labels, proba) == pytest.approx(expected)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_log_loss_is_scikit_learns(shape: tuple[int, int]) -> None:
    labels, proba = predictions(shape)
    proba /= proba.sum(axis=1, keepdims=True)
    assert classification.log_loss(labels, proba) == pytest.approx(
        sklearn_metrics.log_loss(labels, proba), rel=1e-6
    )


@pytest.mark.parametrize("decimals", [9, 1], ids=["without ties", "with ties"])
def test_auc_of_two_classes_is_scikit_learns(decimals: int) -> None:
    labels, proba = predictions((40, 2), decimals)
    expected = sklearn_metrics.roc_auc_score(labels, proba[:, 1])
    assert classification.macro_auc(labels, proba) == pytest.approx(expected)


@pytest.mark.parametrize("decimals", [9, 1], ids=["without ties", "with ties"])
def test_auc_of_many_classes_is_scikit_learns_mean_of_one_against_the_rest(decimals: int) -> None:
    labels, proba = predictions((90, 3), decimals)
    each = [sklearn_metrics.roc_auc_score(labels == k, proba[:, k]) for k in range(3)]
    assert classification.macro_auc(labels, proba) == pytest.approx(np.mean(each))


def test_auc_leaves_out_a_class_that_does_not_occur() -> None:
    labels, proba = predictions((90, 4))
    is_known = labels != 2
    labels, proba = labels[is_known], proba[is_known]
    each = [sklearn_metrics.roc_auc_score(labels == k, proba[:, k]) for k in (0, 1, 3)]
    assert classification.macro_auc(labels, proba) == pytest.approx(np.mean(each))


def test_balanced_accuracy_leaves_out_a_class_that_does_not_occur() -> None:
    labels = np.array([0, 0, 0, 2])
    proba = np.eye(3)[[0, 0, 1, 2]]
    assert classification.balanced_accuracy(labels, proba) == pytest.approx((2 / 3 + 1) / 2)


def test_auc_of_one_class_is_unknown() -> None:
    assert np.isnan(classification.macro_auc(np.ones(5, dtype=np.intp), np.full((5, 2), 0.5)))


def test_auc_of_equal_scores_is_one_half() -> None:
    assert classification.auc(np.array([True, False, False]), np.zeros(3)) == 0.5


def test_of_equal_probabilities_the_first_class_counts() -> None:
    assert classification.accuracy(np.array([0, 1]), np.full((2, 2), 0.5)) == 0.5


def test_log_loss_of_probability_0_is_finite() -> None:
    loss = classification.log_loss(np.array([1]), np.array([[1.0, 0.0]]))
    assert loss == pytest.approx(-np.log(classification.SMALLEST_PROBABILITY))

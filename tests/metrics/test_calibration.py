"""Calibration agrees with scikit-learn's curve and with scores worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.calibration import calibration_curve
from sklearn.preprocessing import label_binarize

from albench.metrics.calibration import brier_score, expected_calibration_error

RNG = np.random.default_rng(6)
LABELS = RNG.integers(3, size=80)
PROBA = RNG.dirichlet(np.ones(3), size=80)


def test_the_error_is_what_the_reliability_curve_says() -> None:
    confidence = PROBA.max(axis=1)
    is_right = PROBA.argmax(axis=1) == LABELS
    true, stated = calibration_curve(is_right, confidence, n_bins=10)
    sizes = np.bincount(np.searchsorted(np.linspace(0, 1, 11)[1:-1], confidence), minlength=10)
    expected = (sizes[sizes > 0] / 80 * np.abs(true - stated)).sum()
    assert expected_calibration_error(LABELS, PROBA) == pytest.approx(expected)


def test_sure_and_right_answers_have_no_error() -> None:
    assert expected_calibration_error(LABELS, np.eye(3)[LABELS]) == 0.0


def test_sure_and_wrong_answers_have_the_largest_error() -> None:
    assert expected_calibration_error(LABELS, np.eye(3)[(LABELS + 1) % 3]) == 1.0


def test_the_brier_score_is_the_mean_squared_distance() -> None:
    truth = label_binarize(LABELS, classes=[0, 1, 2])
    assert brier_score(LABELS, PROBA) == pytest.approx(((truth - PROBA) ** 2).sum() / 80)

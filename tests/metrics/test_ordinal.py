"""Ordinal scores agree with scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score, mean_absolute_error, roc_auc_score

from albench.metrics.ordinal import boundary_auc, mean_error, quadratic_kappa

RNG = np.random.default_rng(5)
LABELS = RNG.integers(5, size=60)
PROBA = RNG.dirichlet(np.ones(5), size=60)


def test_kappa_is_scikit_learns() -> None:
    answers = PROBA.argmax(axis=1)
    expected = cohen_kappa_score(LABELS, answers, weights="quadratic")
    assert quadratic_kappa(LABELS, answers) == pytest.approx(expected, abs=1e-12)


def test_the_mean_error_is_scikit_learns() -> None:
    expected = mean_absolute_error(LABELS, PROBA.argmax(axis=1))
    assert mean_error(LABELS, PROBA) == pytest.approx(expected)


def test_boundaries_are_scikit_learns() -> None:
    expected = [roc_auc_score(k <= LABELS, PROBA[:, k:].sum(axis=1)) for k in range(1, 5)]
    assert boundary_auc(LABELS, PROBA) == pytest.approx(expected)


def test_a_boundary_that_nothing_lies_beyond_is_not_known() -> None:
    scores = boundary_auc(np.array([0, 1, 1]), PROBA[:3])
    assert np.isnan(scores).tolist() == [False, True, True, True]


def test_kappa_of_one_class_is_not_known() -> None:
    assert np.isnan(quadratic_kappa(np.ones(4, dtype=int), np.ones(4, dtype=int)))

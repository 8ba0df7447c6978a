"""Weighted scores are those of the units repeated, and halves keep subjects together."""

from __future__ import annotations

import numpy as np
import pytest

from albench.analysis.resampling import halves, resample_counts
from albench.metrics.catalogue import weighted_scores
from albench.metrics.classification import accuracy, macro_auc


@pytest.mark.parametrize("n_classes", [2, 4])
def test_weights_are_repetitions_of_units(n_classes: int) -> None:
    rng = np.random.default_rng(n_classes)
    labels = np.arange(24) % n_classes
    # Rounded, so that there are ties.
    proba = rng.dirichlet(np.ones(n_classes), size=(3, 24)).round(1)
    weights = resample_counts(24, rng, 5)
    weighted = weighted_scores(labels, proba, weights)
    for i, row in enumerate(weights):
        units = np.repeat(np.arange(24), row.astype(int))
        for j, part in enumerate(proba[:, units]):
            assert weighted["accuracy"][i, j] == pytest.approx(accuracy(labels[units], part))
            assert weighted["auc"][i, j] == pytest.approx(macro_auc(labels[units], part))


def test_the_auc_of_one_class_is_not_known() -> None:
    weights = np.array([[1.0, 1.0, 0.0]])
    weighted = weighted_scores(np.array([0, 0, 1]), np.full((1, 3, 2), 0.5), weights)
    assert np.isnan(weighted["auc"]).all()


def test_a_subjects_units_are_in_one_half() -> None:
    subjects = np.repeat([f"s{i}" for i in range(10)], 3)
    labels = np.repeat(np.arange(10) % 2, 3)
    parts = halves(labels, subjects.tolist(), np.random.default_rng(0), 20)
    by_subject = parts.reshape(20, 10, 3)
    assert (by_subject == by_subject[:, :, :1]).all()


def test_every_class_is_halved() -> None:
    labels = np.repeat([0, 1], [6, 5])
    parts = halves(labels, [str(i) for i in range(11)], np.random.default_rng(0), 50)
    assert (parts[:, :6].sum(axis=1) == 3).all()
    assert set(parts[:, 6:].sum(axis=1)) == {2.0, 3.0}

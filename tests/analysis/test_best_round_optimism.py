"""The measured optimism is the bias of choosing the round on the test set."""

from __future__ import annotations

import numpy as np
import pytest

from albench.analysis.best_round_optimism import best_round, optimism
from albench.analysis.resampling import halves
from albench.metrics.classification import macro_auc

LABELS = np.repeat(np.arange(5), [8, 10, 6, 6, 4])
SUBJECTS = [str(i) for i in range(34)]


def test_optimism_is_what_the_best_of_equal_rounds_gains() -> None:
    rng = np.random.default_rng(1)
    measured, true = [], []
    for _ in range(30):
        proba = np.exp(rng.normal(size=(20, 34, 5)) + np.eye(5)[LABELS])
        proba /= proba.sum(axis=2, keepdims=True)
        areas = np.array([macro_auc(LABELS, part) for part in proba])
        true.append(areas.max() - areas.mean())  # all rounds are equally good but for chance
        measured.append(optimism(LABELS, proba, halves(LABELS, SUBJECTS, rng, 50))["auc"])
    assert np.mean(measured) == pytest.approx(np.mean(true), rel=0.25)


def test_a_single_round_is_not_inflated() -> None:
    rng = np.random.default_rng(2)
    proba = rng.dirichlet(np.ones(5), size=(1, 34))
    parts = halves(LABELS, SUBJECTS, rng, 50)
    inflation = optimism(LABELS, proba, parts)
    # Both directions of each split are counted, so that what chance gives to one it takes.
    assert inflation == pytest.approx({"accuracy": 0.0, "auc": 0.0}, abs=1e-12)


def test_the_best_round_is_the_first_of_equal_ones() -> None:
    assert best_round(np.array([np.nan, 0.5, 0.7, 0.7])) == 2
    assert best_round(np.array([np.nan])) is None

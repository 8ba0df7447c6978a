from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from modAL.uncertainty import classifier_entropy, classifier_margin, classifier_uncertainty
from skactiveml.pool import uncertainty_scores

from albench.strategies.mathematics.confidence import lack_of_confidence, margin
from albench.strategies.mathematics.entropies import entropy
from albench.strategies.uncertainty.one_pass import (
    largest_entropy,
    least_confident,
    smallest_margin,
)

# least confident: row 1; smallest margin: row 2; largest entropy: row 0
PROBA = [[0.45, 0.275, 0.275], [0.42, 0.37, 0.21], [0.49, 0.48, 0.03], [1.0, 0.0, 0.0]]


class Fitted:
    """What modAL asks of a classifier: it reads probabilities as data."""

    def predict_proba(self, X: Any, **_: Any) -> Any:  # noqa: N803  # scikit-learn's word
        return X


@pytest.fixture
def proba(rng: np.random.Generator) -> Any:
    return rng.dirichlet(np.ones(4), size=50)


@pytest.mark.parametrize(
    ("strategy", "first"), [(least_confident(), 1), (smallest_margin(), 2), (largest_entropy(), 0)]
)
def test_first_pick_by_hand(strategy: Any, first: int, make_pool: Any, rng: Any) -> None:
    assert strategy(make_pool(4, proba=PROBA), 4, rng)[0] == first


@pytest.mark.parametrize("strategy", [least_confident(), smallest_margin(), largest_entropy()])
def test_the_certain_candidate_comes_last(strategy: Any, make_pool: Any, rng: Any) -> None:
    assert strategy(make_pool(4, proba=PROBA), 4, rng)[-1] == 3


def test_entropy_of_a_certain_prediction_is_zero() -> None:
    np.testing.assert_array_equal(entropy(np.array([[1.0, 0.0], [0.0, 1.0]])), [0.0, 0.0])


def test_entropy_of_a_flat_prediction_is_the_logarithm_of_the_classes() -> None:
    np.testing.assert_allclose(entropy(np.full((2, 5), 0.2)), np.log(5))


def test_a_probability_rounded_below_zero_counts_as_zero() -> None:
    assert entropy(np.array([[1.0, -1e-9]], dtype=np.float32))[0] == 0


def test_entropy_of_nan_is_nan() -> None:
    assert np.isnan(entropy(np.array([[np.nan, 1.0]]))).all()


def test_entropy_of_float32_is_computed_in_float64(proba: Any) -> None:
    single = proba.astype(np.float32)
    np.testing.assert_allclose(entropy(single), entropy(single.astype(np.float64)), rtol=1e-12)


def test_a_single_class_has_margin_one() -> None:
    np.testing.assert_array_equal(margin(np.ones((3, 1))), 1.0)


def test_margin_is_that_of_a_sort(proba: Any) -> None:
    ordered = np.sort(proba, axis=1)
    np.testing.assert_allclose(margin(proba), ordered[:, -1] - ordered[:, -2])


@pytest.mark.parametrize(
    ("method", "score"),
    [
        ("least_confident", lack_of_confidence),
        ("margin_sampling", lambda proba: 1 - margin(proba)),
        ("entropy", entropy),
    ],
)
def test_scores_agree_with_scikit_activeml(method: str, score: Any, proba: Any) -> None:
    np.testing.assert_allclose(score(proba), uncertainty_scores(proba, method=method))


@pytest.mark.parametrize(
    ("theirs", "score"),
    [
        (classifier_uncertainty, lack_of_confidence),
        (classifier_margin, margin),
        (classifier_entropy, entropy),
    ],
)
def test_scores_agree_with_modal(theirs: Any, score: Any, proba: Any) -> None:
    np.testing.assert_allclose(score(proba), theirs(Fitted(), proba))

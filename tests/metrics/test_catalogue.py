"""Every listed metric keeps what its entry says."""

from __future__ import annotations

import numpy as np
import pytest

from albench.metrics.catalogue import (
    BOOTSTRAPPED,
    METRICS,
    PRIMARY,
    REQUIRED,
    Metric,
    scores,
    weighted_scores,
)

LABELS = np.arange(40) % 4
RNG = np.random.default_rng(3)
GOOD = RNG.dirichlet(np.ones(4), 40) + 4 * np.eye(4)[LABELS]
GOOD /= GOOD.sum(axis=1, keepdims=True)
GUESS = RNG.dirichlet(np.ones(4), 40)


def test_names_are_unique() -> None:
    names = [metric.name for metric in METRICS]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_better_predictions_score_better(metric: Metric) -> None:
    good, guess = metric.score(LABELS, GOOD), metric.score(LABELS, GUESS)
    assert good > guess if metric.larger else good < guess


@pytest.mark.parametrize("name", BOOTSTRAPPED)
def test_equal_weights_give_the_plain_score(name: str) -> None:
    weighted = weighted_scores(LABELS, GOOD[None], np.ones((1, 40)))
    assert weighted[name] == pytest.approx(scores(LABELS, GOOD)[name])


def test_scores_stand_in_the_order_of_their_columns() -> None:
    ordered = list(scores(LABELS, GOOD, ordered=True))
    assert ordered[: len(METRICS)] == [metric.name for metric in METRICS]
    assert ordered[len(METRICS) :] == ["auc_from_1", "auc_from_2", "auc_from_3"]


def test_ordinal_scores_are_for_ordered_classes() -> None:
    expected = [metric.name for metric in METRICS if not metric.ordered]
    assert list(scores(LABELS, GOOD)) == expected


def test_the_primary_metric_is_in_every_file_of_scores() -> None:
    assert PRIMARY in REQUIRED


def test_a_loss_has_no_section() -> None:
    with pytest.raises(ValueError, match="loss: sections compare metrics of which more is better"):
        Metric("loss", "loss", lambda labels, proba: 0.0, larger=False, section=True)

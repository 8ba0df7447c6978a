"""Early stopping keeps the weights that are best on held-out labelled subjects."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from albench.learn.validation import EarlyStop, validation_mask

_SUBJECTS = np.array([3, 3, 1, 1, 1, 7, 8, 8, 9, 9])


@pytest.mark.parametrize(("share", "expected"), [(0.0, 0), (0.01, 1), (0.4, 2), (1.0, 4)])
def test_subjects_validate_whole(share: float, expected: int) -> None:
    apart = validation_mask(_SUBJECTS, share, np.random.default_rng(0))

    validating, training = set(_SUBJECTS[apart]), set(_SUBJECTS[~apart])

    assert len(validating) == expected
    assert not validating & training


def test_a_single_subject_is_trained_on() -> None:
    assert not validation_mask(np.zeros(5, dtype=int), 0.5, np.random.default_rng(0)).any()


@pytest.mark.parametrize(("fewest", "expected"), [(5, 2), (6, 0)])
def test_nobody_validates_where_subjects_are_too_few(fewest: int, expected: int) -> None:
    apart = validation_mask(_SUBJECTS, 0.4, np.random.default_rng(0), fewest)

    assert len(set(_SUBJECTS[apart])) == expected


def test_training_stops_after_patience_and_goes_back_to_the_best() -> None:
    layer = nn.Linear(1, 1)
    stop = EarlyStop(layer, patience=2)
    due = []
    for number, loss in enumerate([3.0, 2.0, 2.5, 2.0]):
        nn.init.constant_(layer.weight, number)
        due.append(stop.is_due(loss))

    stop.restore_best()

    assert due == [False, False, False, True]
    assert layer.weight == torch.ones(1, 1)


def test_a_loss_that_is_not_a_number_is_never_the_best() -> None:
    stop = EarlyStop(nn.Linear(1, 1), patience=1)

    assert stop.is_due(float("nan"))

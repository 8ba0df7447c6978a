"""What a specification may say of training is what the estimator is told."""

from __future__ import annotations

from dataclasses import asdict

from albench import spec
from albench.learn.training import Training


def test_the_specification_s_training_is_the_estimator_s_with_the_same_defaults() -> None:
    assert spec.Training().model_dump() == asdict(Training())

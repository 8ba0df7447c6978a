"""Training settings have the effect that they state."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import torch
from torch import nn

from albench.learn.optimisation import (
    OPTIMISERS,
    build_optimiser,
    build_schedule,
    class_weights,
)
from albench.spec.training import Training


@pytest.mark.parametrize(
    ("epochs", "min_updates", "n_batches", "expected"),
    [(5, 0, 3, 5), (5, 100, 3, 34), (5, 10, 3, 5), (1, 1, 1, 1)],
)
def test_epochs_are_added_until_there_are_enough_updates(
    epochs: int, min_updates: int, n_batches: int, expected: int
) -> None:
    assert Training(epochs=epochs, min_updates=min_updates).n_epochs(n_batches) == expected


@pytest.mark.parametrize("name", OPTIMISERS)
def test_every_optimiser_is_fused_and_follows_the_gradient(name: str) -> None:
    layer = nn.Linear(1, 1, bias=False)
    nn.init.ones_(layer.weight)
    optimiser = build_optimiser(
        Training.model_validate({"optimiser": name, "learning_rate": 0.1}), layer
    )
    layer(torch.ones(1, 1)).sum().backward()

    optimiser.step()

    assert optimiser.defaults["fused"]
    assert layer.weight.item() == pytest.approx(0.9, abs=2e-3)


def test_parameter_groups_scale_the_learning_rate() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.trunk, self.head = nn.Linear(2, 2), nn.Linear(2, 2)

        def parameter_groups(self) -> list[dict[str, object]]:
            trunk, head = self.trunk.parameters(), self.head.parameters()
            return [
                {"params": list(trunk), "lr_scale": 0.1},
                {"params": list(head), "lr_scale": 1.0},
            ]

    optimiser = build_optimiser(Training(learning_rate=0.5), Net())

    assert [group["lr"] for group in optimiser.param_groups] == [0.05, 0.5]


def test_balanced_classes_count_alike() -> None:
    labels = np.array([0, 0, 0, 2])

    weights = class_weights(Training(class_weights="balanced"), labels, 4)

    assert weights is not None
    assert weights.tolist() == pytest.approx([2 / 3, 0, 2, 0])
    assert weights[labels].mean().item() == pytest.approx(1)


def test_without_class_weights_there_are_none() -> None:
    assert class_weights(Training(), np.array([0, 1]), 2) is None


def test_a_cosine_schedule_falls_to_nothing_in_every_group() -> None:
    layer = nn.Linear(1, 1)
    training = Training(schedule="cosine", learning_rate=0.4)
    optimiser = build_optimiser(training, layer)
    schedule = build_schedule(training, optimiser, 4)
    assert schedule is not None
    rates = []
    for _ in range(4):
        rates.append(optimiser.param_groups[0]["lr"])
        optimiser.step()
        schedule.step()

    assert rates == pytest.approx([0.4, 0.2 + 0.2 / 2**0.5, 0.2, 0.2 - 0.2 / 2**0.5])
    assert optimiser.param_groups[0]["lr"] == pytest.approx(0)


def test_a_constant_rate_needs_no_schedule() -> None:
    assert build_schedule(Training(), build_optimiser(Training(), nn.Linear(1, 1)), 4) is None


@pytest.mark.parametrize(
    ("new", "expected"), [(Fraction(1), 10), (Fraction(1, 4), 3), (Fraction(1, 1000), 1)]
)
def test_epochs_of_a_later_round_follow_the_share_that_is_new(new: Fraction, expected: int) -> None:
    training = Training(epochs=1, min_updates=200, warm_start=True, warm_updates="bought")
    assert training.n_epochs(20, new) == expected

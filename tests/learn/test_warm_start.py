"""What a warm start takes over, and how long it goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import torch
from torch import nn

from albench.learn.learner import Learner
from albench.learn.optimisation import Seeds
from albench.learn.warm_start import shrink_and_perturb
from albench.spec.training import Training

if TYPE_CHECKING:
    from collections.abc import Callable

    Problems = Callable[..., Any]

WARM = Training(epochs=8, batch_size=16, warm_start=True, warm_updates="bought")


def constant(value: float) -> nn.Sequential:
    """Return a layer that learns and one that does not, all weights alike."""
    net = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2), nn.Linear(2, 2).requires_grad_(False))
    for weight in net.parameters():
        nn.init.constant_(weight, value)
    return net


def test_weights_that_learn_move_towards_fresh_ones_and_nothing_else() -> None:
    net = constant(1.0)

    shrink_and_perturb(
        net, Training(warm_start=True, shrink=0.5, perturb=0.25), lambda: constant(8.0)
    )

    state = net.state_dict()
    assert state["0.weight"].unique().tolist() == [0.5 + 2.0]
    assert state["2.weight"].unique().tolist() == [1.0]
    assert state["1.running_mean"].tolist() == [0.0, 0.0]


def test_by_default_no_fresh_network_is_built() -> None:
    def never() -> nn.Module:
        raise AssertionError

    shrink_and_perturb(constant(1.0), Training(), never)


def test_each_round_is_perturbed_by_another_network_and_the_same_again(problem: Problems) -> None:
    toy = problem(training=Training(warm_start=True, shrink=0.5, perturb=0.5))
    drawn = []
    for batches in (1, 1, 2):
        classifier = toy.classifier(seeds=Seeds(batches=batches))
        classifier.initialize()
        drawn.append(next(iter(classifier._fresh_network().parameters())))

    assert torch.equal(drawn[0], drawn[1])
    assert not torch.equal(drawn[0], drawn[2])


def test_shrinking_changes_later_rounds_alone(problem: Problems) -> None:
    plain, shrunk = (
        problem(
            training=WARM.model_copy(update={"warm_updates": "full", "shrink": shrink})
        ).fitted()
        for shrink in (1.0, 0.5)
    )
    assert plain.state_hash() == shrunk.state_hash()

    X, y = problem().labelled
    assert plain.fit(X, y).state_hash() != shrunk.fit(X, y).state_hash()


@pytest.mark.parametrize(("n_first", "n_epochs"), [(30, 4), (45, 2), (60, 1)])
def test_updates_of_a_later_round_follow_the_labels_bought(
    problem: Problems, n_first: int, n_epochs: int
) -> None:
    toy = problem(training=WARM)
    X, y = toy.labelled
    classifier = toy.classifier().fit(X[:n_first], y[:n_first])
    assert len(classifier.history) == 8

    classifier.fit(X[:60], y[:60])

    assert len(classifier.history) - 8 == n_epochs


def test_a_resumed_cell_trains_as_long_as_an_uninterrupted_one(problem: Problems) -> None:
    toy = problem(training=WARM)
    X, y = toy.labelled
    unbroken = Learner(toy.classifier()).fit(X[:40], y[:40])
    resumed = Learner(toy.classifier())
    resumed.adopt(X[:40], y[:40], unbroken.estimator.state())

    for learner in (unbroken, resumed):
        learner.fit(X, y)

    assert unbroken.estimator.state_hash() == resumed.estimator.state_hash()

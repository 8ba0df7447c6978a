"""Batch norm statistics describe the final weights, not earlier ones."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from torch import nn

from albench.learn.batch_norm import reestimate
from albench.learn.mini_batches import CandidateDataset, MiniBatches
from albench.learn.train_eval_modes import normalising_by_batch
from albench.models.dlre import Dlre
from albench.spec.training import Training

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Problems = Callable[..., Any]

FEW_UPDATES = Training(epochs=6, batch_size=32, learning_rate=3e-3)
BATCHES = [{"x": torch.randn(16, 3, generator=torch.manual_seed(i)) * 2 + 5} for i in range(4)]


class Net(nn.Module):
    """A norm that learns, one that is kept frozen, and one that prediction never runs."""

    def __init__(self) -> None:
        super().__init__()
        self.dropout, self.norm = nn.Dropout(0.5), nn.BatchNorm1d(3)
        self.frozen, self.aside = nn.BatchNorm1d(3), nn.BatchNorm1d(3)

    def train(self, mode: bool = True) -> Net:
        super().train(mode)
        self.frozen.eval()
        return self

    def forward(self, samples: Mapping[str, torch.Tensor]) -> torch.Tensor:
        out: torch.Tensor = self.norm(self.frozen(self.dropout(samples["x"])))
        return self.aside(out) if self.aside.training and self.dropout.training else out


def test_statistics_are_the_means_over_batches_without_dropout() -> None:
    net = Net()

    reestimate(net, BATCHES)

    means = torch.stack([batch["x"].mean(dim=0) for batch in BATCHES]).mean(dim=0)
    variances = torch.stack([batch["x"].var(dim=0) for batch in BATCHES]).mean(dim=0)
    torch.testing.assert_close(net.norm.running_mean, means, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(net.norm.running_var, variances, rtol=1e-3, atol=1e-3)


def test_norms_that_are_frozen_or_never_run_keep_their_statistics() -> None:
    net = Net()
    for norm in (net.frozen, net.aside):
        nn.init.constant_(norm.get_buffer("running_mean"), 0.25)
    kept = {k: v.clone() for k, v in net.state_dict().items() if "frozen" in k or "aside" in k}

    reestimate(net, BATCHES)

    assert all(torch.equal(net.state_dict()[name], value) for name, value in kept.items())


def test_modes_and_momentum_are_left_as_they_were_even_if_the_network_raises() -> None:
    net = Net().eval()

    with pytest.raises(KeyError):
        reestimate(net, [{"y": torch.ones(2, 3)}])

    assert not any(part.training for part in net.modules())
    assert net.norm.momentum == 0.1


def mode_gap(classifier: Any, candidates: Any, labels: Any, seed: int) -> tuple[float, float]:
    """Return the accuracy on a labelled set in training mode and in evaluation mode.

    If prediction is far worse, the statistics of batch norms lag behind the weights.
    """
    predicted = float(np.mean(classifier.predict_proba(candidates).argmax(axis=1) == labels))
    # A copy, since a batch norm in training mode changes its statistics.
    module = copy.deepcopy(classifier.module_)
    dataset = CandidateDataset(classifier.store, candidates, labels)
    batches = MiniBatches(dataset, classifier.training.batch_size, np.random.default_rng(seed))
    n_right = 0
    with normalising_by_batch(module) as norms, torch.no_grad():
        if not norms:
            return predicted, predicted
        for samples, truth in batches:
            n_right += int((module(dict(samples)).argmax(dim=1) == truth).sum())
    return n_right / len(labels), predicted


def test_after_few_updates_predictions_on_the_training_set_are_those_of_training(
    problem: Problems,
) -> None:
    gaps = {}
    for again in (False, True):
        training = FEW_UPDATES.model_copy(update={"reestimate_batch_norm": again})
        toy = problem(model=Dlre(channels=8), training=training)
        X, y = toy.labelled
        gaps[again] = mode_gap(toy.fitted(), X, y, seed=0)

    (by_batch, lagging), (by_batch_again, predicted) = gaps[False], gaps[True]
    assert by_batch == pytest.approx(by_batch_again, abs=0.05)
    assert lagging < by_batch - 0.2
    assert predicted == pytest.approx(by_batch_again, abs=0.05)


def test_without_batch_norm_the_modes_are_equal(problem: Problems) -> None:
    toy = problem(training=FEW_UPDATES)
    X, y = toy.labelled

    by_batch, predicted = mode_gap(toy.fitted(), X, y, seed=0)

    assert by_batch == predicted == np.mean(toy.fitted().predict(X) == y)


def test_weights_are_trained_as_without_it(problem: Problems) -> None:
    nets = [
        problem(
            model=Dlre(channels=8),
            training=FEW_UPDATES.model_copy(update={"reestimate_batch_norm": again}),
        )
        .fitted()
        .module_
        for again in (False, True)
    ]

    plain, again = (list(net.parameters()) for net in nets)

    assert all(torch.equal(a, b) for a, b in zip(plain, again, strict=True))


def test_a_network_without_batch_norm_is_trained_to_the_same_bytes(problem: Problems) -> None:
    plain = problem().fitted(training=FEW_UPDATES)
    again = problem().fitted(
        training=FEW_UPDATES.model_copy(update={"reestimate_batch_norm": True})
    )

    assert plain.state_hash() == again.state_hash()


def test_early_stopping_judges_by_the_statistics_that_predict(problem: Problems) -> None:
    best = {}
    for again in (False, True):
        training = FEW_UPDATES.model_copy(
            update={"validation": 0.3, "patience": 6, "reestimate_batch_norm": again}
        )
        classifier = problem(model=Dlre(channels=8), training=training).fitted()
        best[again] = min(
            np.mean([batch["valid_loss"] for batch in epoch["batches"] if "valid_loss" in batch])
            for epoch in classifier.history
        )

    assert best[True] < best[False] - 0.1

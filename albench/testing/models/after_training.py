"""Checks of a trained network: it predicts, uses every modality, and keeps frozen parts."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch

from albench.testing.checks import Skip, Violation, guards_against
from albench.testing.models.easy_problem import UPDATES, trained
from albench.testing.models.parameters import train
from albench.testing.models.sample_networks import (
    built,
    changed_state,
    copied_state,
    logits,
    usual_samples,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import nn

    from albench.api.model import Network
    from albench.testing.models.sample_networks import Samples
    from albench.testing.specimen import Specimen

GOOD = 0.8
"""The expected training accuracy on the easy problem."""

LEARNT = 0.8
"""The share of a guess's loss below which something has been learnt."""

SLACK = 0.1
"""How much worse prediction may be than training, as a share of a guess's loss."""

LEAST_SHARE = 1e-5
"""The least effect of a modality on logits, relative to the strongest one."""


@guards_against("training one network and predicting with another; running statistics that lag")
def training_shows_in_prediction(specimen: Specimen) -> str:
    """Trained on an easy problem, it predicts its training set."""
    net = built(specimen, usual_samples(specimen))
    if not any(p.requires_grad for p in net.parameters()):
        raise Skip("it has no trainable parameters")
    for updates in UPDATES:
        result = trained(specimen, updates)
        if result.accuracy >= GOOD:
            return f"after {updates} updates, prediction gets {result.accuracy:.0%} right"
    guess = math.log(result.samples.n_classes)
    has_learnt = result.training_loss < LEARNT * guess
    if has_learnt and result.prediction_loss <= result.training_loss + SLACK * guess:
        return (
            f"after {updates} updates, prediction gets {result.accuracy:.0%} right, as well "
            "as training does: it learns slowly"
        )
    raise Violation(
        f"after {updates} updates on an easy problem, the loss in training is "
        f"{result.training_loss:.2g} (a guess has {guess:.2g}), but prediction gets "
        f"{result.accuracy:.0%} of the training set right: what is trained is not what predicts, "
        "or nothing is learnt"
    )


@guards_against("a stream that is scaled to zero, or averaged away")
def every_modality_counts(specimen: Specimen) -> None:
    """Changing the samples of any modality changes the logits by more than rounding."""
    result = trained(specimen, UPDATES[0])
    names = list(result.samples.shapes)
    if len(names) < 2:
        raise Skip("it takes only one modality")
    fresh = built(specimen, result.samples)
    shares = [_shares(net, result.samples) for net in (fresh, result.net)]
    for name in names:
        share = max(each[name] for each in shares)
        if not share >= LEAST_SHARE:
            raise Violation(
                f"other samples of {name} move the logits by {share:.1g} of what the strongest "
                "modality does: it is as good as ignored"
            )


def _shares(net: Network, samples: Samples) -> dict[str, float]:
    """Return how far logits move if a modality's samples are exchanged between rows."""
    tensors = samples.tensors()
    before = logits(net, tensors)
    moved = {
        name: float((logits(net, {**tensors, name: x.roll(1, 0)}) - before).abs().max())
        for name, x in tensors.items()
    }
    largest = max(moved.values()) or 1.0
    return {name: distance / largest for name, distance in moved.items()}


@guards_against("a frozen trunk whose batch norms keep updating")
def what_is_frozen_does_not_move(specimen: Specimen) -> None:
    """In frozen parts of the network, training changes no statistics."""
    samples = usual_samples(specimen)
    net = built(specimen, samples)
    before = copied_state(net)
    if any(p.requires_grad for p in net.parameters()):
        train(net, samples)
    for name in changed_state(net, before):
        owner = _owner(net, name)
        if not any(p.requires_grad for p in owner.parameters()):
            raise Violation(
                f"training moves {name}, though no weight beside it learns: a frozen part has to "
                "stay in evaluation mode, or what it gives changes from round to round"
            )


def _owner(net: nn.Module, name: str) -> nn.Module:
    """Return the smallest submodule with weights that contains an entry of the state dict."""
    for path in _paths(name):
        part = net.get_submodule(path)
        if any(True for _ in part.parameters()):
            return part
    return net


def _paths(name: str) -> Iterator[str]:
    parts = name.split(".")[:-1]
    for length in range(len(parts), -1, -1):
        yield ".".join(parts[:length])


@guards_against("a softmax in the network, followed by a second one")
def logits_are_no_probabilities(specimen: Specimen) -> None:
    """Logits are not probabilities."""
    result = trained(specimen, UPDATES[0])
    answer = logits(result.net, result.samples.tensors())
    sums = answer.sum(dim=1)
    if (answer >= 0).all() and torch.allclose(sums, torch.ones_like(sums), atol=1e-4):
        raise Violation(
            "logits are probabilities already: albench takes their softmax, so that none is ever "
            f"above {result.predicted.max():.2f}; give them before the softmax"
        )

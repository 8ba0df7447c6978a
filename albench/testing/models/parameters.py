"""Checks of parameters: gradients reach them, groups are complete, the state dict is too."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import torch
from torch import nn

from albench.seeds import torch_seeded
from albench.testing.checks import Skip, Violation, guards_against
from albench.testing.models.easy_problem import UPDATES, trained
from albench.testing.models.sample_networks import (
    N_SAMPLES,
    built,
    logits,
    require_close,
    usual_samples,
)

if TYPE_CHECKING:
    from albench.api.model import Network
    from albench.testing.models.sample_networks import Samples
    from albench.testing.specimen import Specimen


def train(net: Network, samples: Samples, steps: int = 3, learning_rate: float = 0.05) -> None:
    """Train a network in place, if it has weights, on random labels of the samples.

    It takes a few steps of gradient descent.
    """
    if not any(p.requires_grad for p in net.parameters()):
        return
    optimiser = torch.optim.SGD(net.parameters(), lr=learning_rate)
    for step in range(steps):
        optimiser.zero_grad()
        _loss(net, samples, step).backward()  # type: ignore[no-untyped-call]  # torch leaves it so
        optimiser.step()


def _loss(net: Network, samples: Samples, seed: int) -> torch.Tensor:
    """Return the loss of a training step, including the network's auxiliary loss."""
    with torch_seeded(seed):
        targets = torch.randint(samples.n_classes, (N_SAMPLES,))
        loss = nn.functional.cross_entropy(net.train()(samples.tensors()), targets)
        auxiliary = getattr(net, "auxiliary_loss", None)
        return loss if auxiliary is None else loss + auxiliary(targets)


@guards_against("streams that are detached, or left out of the fusion")
def gradients_reach_every_parameter(specimen: Specimen) -> None:
    """The loss has a gradient for every trainable parameter."""
    samples = usual_samples(specimen)
    net = built(specimen, samples)
    learning = {name: p for name, p in net.named_parameters() if p.requires_grad}
    if not learning:
        raise Skip("it has no trainable parameters")
    for seed in range(4):  # gradients add up: dropout may silence a layer once
        _loss(net, samples, seed).backward()  # type: ignore[no-untyped-call]  # torch leaves it so
    still = [name for name, p in learning.items() if p.grad is None or not p.grad.any()]
    if still:
        raise Violation(f"no gradient reaches {', '.join(still)}")


@guards_against("layers that are never updated, or twice")
def parameter_groups_are_complete(specimen: Specimen) -> None:
    """If it offers parameter groups, every trainable parameter is in exactly one."""
    net = built(specimen, usual_samples(specimen))
    offered = getattr(net, "parameter_groups", None)
    if offered is None:
        raise Skip("it offers no groups")
    groups = offered()
    wrong = [sorted(group) for group in groups if set(group) != {"params", "lr_scale"}]
    if wrong:
        raise Violation(f"a group holds {', '.join(wrong[0])}, expected are lr_scale, params")
    times = Counter(id(parameter) for group in groups for parameter in group["params"])
    amiss = [n for n, p in net.named_parameters() if p.requires_grad and times[id(p)] != 1]
    if amiss:
        raise Violation(f"not in exactly one group: {', '.join(amiss)}")


@guards_against("incomplete checkpoints")
def state_round_trips(specimen: Specimen) -> None:
    """Its state dict, loaded into another network, gives the same logits."""
    samples = usual_samples(specimen)
    learnt = built(specimen, samples)
    train(learnt, samples)
    # The second was trained for longer and has predicted, in case it counts either.
    for net in (learnt, trained(specimen, UPDATES[0]).net):
        fresh = built(specimen, samples, seed=1)
        fresh.load_state_dict(net.state_dict())
        require_close(
            logits(fresh, samples.tensors()),
            logits(net, samples.tensors()),
            "a network with the state of another gives other logits: what is not a parameter or a "
            "buffer is lost in a checkpoint",
        )

"""What is done to weights before a round goes on from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import nn

    from albench.spec.training import Training


def shrink_and_perturb(
    module: nn.Module, training: Training, fresh: Callable[[], nn.Module]
) -> None:
    """Move weights towards fresh initial ones: "shrink and perturb" (Ash and Adams 2020).

    The paper adds Gaussian noise; as in its authors' code, the noise is that of an initial network.
    A layer that starts from trained weights has those for its initial ones, so that with
    ``shrink + perturb = 1`` it moves back towards them.

    Parameters
    ----------
    module : Module
        Changed in place: parameters that learn alone, no buffers.
    training : Training
        By how much; with ``shrink = 1`` and ``perturb = 0`` nothing is done.
    fresh : callable
        Builds the network whose weights are added.
    """
    if training.shrink == 1 and training.perturb == 0:
        return
    added = dict(fresh().named_parameters())
    with torch.no_grad():
        for name, weight in module.named_parameters():
            if weight.requires_grad:
                weight.mul_(training.shrink).add_(added[name], alpha=training.perturb)

"""The optimiser, schedule and loss of a training, and the seeds that decide its outcome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from albench.spec.training import Training

OPTIMISERS: dict[str, Callable[..., torch.optim.Optimizer]] = {
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
    "sgd": torch.optim.SGD,
}

_FUSED_DEVICES = ("cpu", "cuda")


@dataclass(frozen=True, kw_only=True)
class Seeds:
    """What decides the outcome of one training, beside the data.

    Parameters
    ----------
    weights : int
        Of the network's first weights.
    batches : int
        Of the order of the labelled set, and of the validation part.
    dropout : int
        Of the masks in training.
    """

    weights: int = 0
    batches: int = 0
    dropout: int = 0


def build_optimiser(training: Training, module: nn.Module) -> torch.optim.Optimizer:
    """Return a fresh optimiser of all parameters of a network that learn.

    If it offers ``parameter_groups``, each learns at its own rate. The optimiser is in its fused
    form where the device has one.
    """
    return optimiser_of(training, parameter_groups(module))


def optimiser_of(training: Training, groups: Sequence[Mapping[str, Any]]) -> torch.optim.Optimizer:
    """Return a fresh optimiser of groups of parameters, with ``params`` and ``lr_scale``.

    It is in its fused form where the device has one.
    """
    settings: dict[str, Any] = {"weight_decay": training.weight_decay}
    if training.optimiser == "sgd":
        settings["momentum"] = training.momentum
    devices = {parameter.device.type for group in groups for parameter in group["params"]}
    settings["fused"] = devices <= set(_FUSED_DEVICES)
    rate = training.learning_rate
    scaled = [{"params": group["params"], "lr": rate * group["lr_scale"]} for group in groups]
    return OPTIMISERS[training.optimiser](scaled, lr=rate, **settings)


def build_schedule(
    training: Training, optimiser: torch.optim.Optimizer, n_updates: int
) -> torch.optim.lr_scheduler.LRScheduler | None:
    """Return what changes the learning rate after every update.

    Parameters
    ----------
    training : Training
        Which one.
    optimiser : Optimizer
        Whose rates change, those of all groups alike.
    n_updates : int
        The updates of the round, after which the rate is 0.

    Returns
    -------
    LRScheduler or None
        None if the rate stays.
    """
    if training.schedule == "constant":
        return None
    return torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, T_max=n_updates)


def parameter_groups(module: nn.Module) -> list[dict[str, Any]]:
    """Return the parameters of a network by the rate at which they learn.

    Parameters
    ----------
    module : Module
        If it offers ``parameter_groups``, those.

    Returns
    -------
    list of dict
        With ``params`` and ``lr_scale``, a factor on the learning rate.
    """
    offered = getattr(module, "parameter_groups", None)
    if offered is None:
        return [{"params": list(module.parameters()), "lr_scale": 1.0}]
    groups: list[dict[str, Any]] = offered()
    return groups


def class_weights(
    training: Training, labels: NDArray[np.intp], n_classes: int
) -> torch.Tensor | None:
    """Return the weight of each class in the loss.

    Parameters
    ----------
    training : Training
        Whether there are any.
    labels : ndarray of int, shape (n,)
        Of the labelled set.
    n_classes : int
        The number of classes.

    Returns
    -------
    Tensor of float32, shape (n_classes,), or None
        Their mean over the labelled set is 1; a class that is absent from it has weight 0.
    """
    if training.class_weights == "none":
        return None
    counts = np.bincount(labels, minlength=n_classes)
    share = np.maximum(counts, 1) * np.count_nonzero(counts) / len(labels)
    return torch.from_numpy(np.where(counts > 0, 1 / share, 0.0).astype(np.float32))

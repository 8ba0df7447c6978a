"""How a network is trained, and which seeds decide the outcome."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

OPTIMISERS: dict[str, Callable[..., torch.optim.Optimizer]] = {
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
    "sgd": torch.optim.SGD,
}

_FUSED_DEVICES = ("cpu", "cuda")


@dataclass(frozen=True, kw_only=True)
class Training:
    """How a network is trained in every round.

    Parameters
    ----------
    epochs : int
        Passes over the labelled set.
    min_updates : int
        Epochs are added until the weights have been updated this often, since an epoch of a
        small labelled set is hardly any training.
    batch_size : int
        Candidates an update.
    learning_rate : float
        Of new layers; a network may scale it for others.
    weight_decay : float
        The optimiser's.
    optimiser : str
        One of `OPTIMISERS`; it starts anew every round.
    momentum : float
        Of ``sgd``.
    warm_start : bool
        Whether a round goes on from the last round's weights, or from the first.
    class_weights : str
        ``none``, or ``balanced``: classes count alike, however many labels each has.
    validation : float
        The share of the labelled set's subjects on which training is stopped early; 0 is none.
    patience : int
        Epochs without a better validation loss after which training stops.
    validate_from : int
        With fewer labelled subjects nobody is held out, and training runs to its end.
    precision : str
        ``float32``, or ``bfloat16`` for mixed precision in training: it pays for trunks that learn,
        on GPUs and on CPUs that compute in it, and is slower than float32 on others. Prediction
        is always in float32.
    schedule : str
        ``constant``, or ``cosine``: the learning rate falls to nothing over the updates of a round
        (Loshchilov and Hutter 2017, without restarts).
    warm_updates : str
        Of a later round with a warm start: ``full``, as many updates as a first training would
        have, or ``bought``, the share of them that the new labels are of all. Rounds add up: with
        ``full`` forty rounds train forty times as long as all labels at once.
    shrink, perturb : float
        Before a later round with a warm start, weights become `shrink` times themselves plus
        `perturb` times fresh initial weights (Ash and Adams 2020); 1 and 0 leave them.
    reestimate_batch_norm : bool
        Whether the statistics of batch norms are computed anew, with the final weights, on what
        was trained on. Running ones lag behind the weights when updates are few.
    """

    epochs: int = 30
    min_updates: int = 0
    batch_size: int = 32
    learning_rate: float = 1e-3
    weight_decay: float = 0.0
    optimiser: str = "adam"
    momentum: float = 0.9
    warm_start: bool = False
    class_weights: str = "none"
    validation: float = 0.0
    patience: int = 5
    validate_from: int = 2
    precision: str = "float32"
    schedule: str = "constant"
    warm_updates: str = "full"
    shrink: float = 1.0
    perturb: float = 0.0
    reestimate_batch_norm: bool = False

    def n_epochs(self, n_batches: int, new: Fraction = Fraction(1)) -> int:
        """Return how many epochs there are at most; early stopping may end them before.

        Parameters
        ----------
        n_batches : int
            Updates an epoch.
        new : Fraction
            The share of the labelled set that the present weights were not trained on.

        Returns
        -------
        int
            `epochs`, or as many as `min_updates` takes; if updates follow what is bought, that
            share of them, in whole epochs and at least one.
        """
        n = max(self.epochs, math.ceil(self.min_updates / n_batches))
        if self.warm_updates == "full" or new == 1:
            return n
        n_updates = max(self.epochs * n_batches, self.min_updates) * new
        return max(1, math.ceil(n_updates / n_batches))


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
    """Return a fresh optimiser of all parameters that learn.

    Parameters
    ----------
    training : Training
        Which one, and its settings.
    module : Module
        If it offers ``parameter_groups``, each learns at its own rate.

    Returns
    -------
    Optimizer
        In its fused form where the device has one.
    """
    settings: dict[str, Any] = {"weight_decay": training.weight_decay}
    if training.optimiser == "sgd":
        settings["momentum"] = training.momentum
    devices = {parameter.device.type for parameter in module.parameters()}
    settings["fused"] = devices <= set(_FUSED_DEVICES)
    rate = training.learning_rate
    groups = [
        {"params": group["params"], "lr": rate * group["lr_scale"]}
        for group in _parameter_groups(module)
    ]
    return OPTIMISERS[training.optimiser](groups, lr=rate, **settings)


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


def _parameter_groups(module: nn.Module) -> list[dict[str, Any]]:
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

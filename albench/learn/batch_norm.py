"""Statistics of batch normalisation, recomputed with the weights as they are."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch

from albench.learn.train_eval_modes import normalising_by_batch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from torch import nn
    from torch.nn.modules.batchnorm import _BatchNorm


def reestimate(module: nn.Module, batches: Iterable[Mapping[str, torch.Tensor]]) -> None:
    """Replace the running statistics of batch norms by their means over batches.

    During training they follow the activations of weights that still change. After few updates
    they describe a network that no longer exists, and predictions are worse than the training loss
    shows. ``torch.optim.swa_utils.update_bn`` differs in three ways. Here dropout is off, as in
    prediction, since its masks change the variance of what follows; a norm that the network keeps
    in evaluation mode during training is left alone; and one that prediction never runs, as in an
    auxiliary head, keeps its statistics.

    Parameters
    ----------
    module : Module
        Any network. Only torch's own batch norms and their subclasses are found.
    batches : iterable of mapping of str to Tensor
        Samples on the module's device, in batches like those of training.
    """
    with normalising_by_batch(module) as norms, _cumulative(norms), torch.no_grad():
        if norms:
            for samples in batches:
                module(samples)


@contextmanager
def _cumulative(norms: list[_BatchNorm]) -> Iterator[None]:
    """Let norms begin their statistics anew inside the block, and average all batches alike."""
    momenta = [norm.momentum for norm in norms]
    before = [{name: value.clone() for name, value in norm.named_buffers()} for norm in norms]
    for norm in norms:
        norm.momentum = None
        norm.reset_running_stats()
    try:
        yield
    finally:
        for norm, momentum, buffers in zip(norms, momenta, before, strict=True):
            norm.momentum = momentum
            if norm.num_batches_tracked == 0:  # nothing came through it
                norm.load_state_dict(buffers, strict=False)

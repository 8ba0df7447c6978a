"""Modes of a network that are left as they were found."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.dropout import _DropoutNd

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def evaluating(module: nn.Module, *, dropout: bool = False) -> Iterator[None]:
    """Put a network in evaluation mode inside the block.

    Parameters
    ----------
    module : Module
        The network.
    dropout : bool
        Whether its dropout layers, and they alone, are in training mode. A whole network in
        training mode would let batch norms use and change their statistics on the pool.

    Yields
    ------
    None
        Every layer is in its former mode behind the block.
    """
    with _modes_restored(module):
        for part in module.modules():
            part.training = dropout and isinstance(part, _DropoutNd | nn.AlphaDropout)
        yield


@contextmanager
def normalising_by_batch(module: nn.Module) -> Iterator[list[_BatchNorm]]:
    """Let batch norms alone be in training mode inside the block.

    Parameters
    ----------
    module : Module
        The network.

    Yields
    ------
    list of _BatchNorm
        Those with running statistics. One that the network keeps in evaluation mode while it is
        trained, as in a frozen part, is left so and is not among them.
    """
    with _modes_restored(module):
        module.train()
        norms = [
            part
            for part in module.modules()
            if isinstance(part, _BatchNorm) and part.training and part.running_mean is not None
        ]
        for part in module.modules():
            part.training = False
        for norm in norms:
            norm.training = True
        yield norms


@contextmanager
def _modes_restored(module: nn.Module) -> Iterator[None]:
    modes = [(part, part.training) for part in module.modules()]
    try:
        yield
    finally:
        for part, mode in modes:
            part.training = mode

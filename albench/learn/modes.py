"""Modes of a network that are left as they were found."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from torch import nn
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
    modes = [(part, part.training) for part in module.modules()]
    try:
        for part, _ in modes:
            part.training = dropout and isinstance(part, _DropoutNd | nn.AlphaDropout)
        yield
    finally:
        for part, mode in modes:
            part.training = mode

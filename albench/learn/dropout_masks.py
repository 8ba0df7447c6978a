"""Dropout by masks that are handed in, drawn as torch's layers would have drawn them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn.modules.dropout import _DropoutNd

from albench.errors import NotStackable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(frozen=True)
class Mask:
    """One use of a dropout layer in a forward pass.

    Parameters
    ----------
    share : float
        What it drops.
    shape : tuple of int
        Of what it is applied to.
    """

    share: float
    shape: tuple[int, ...]

    def draw(self, generator: torch.Generator) -> torch.Tensor:
        """Return factors of 0 or ``1 / (1 - share)``, as `torch.nn.Dropout` draws them on a CPU."""
        noise = torch.empty(self.shape).bernoulli_(1 - self.share, generator=generator)
        return noise.div_(1 - self.share)


class MaskedDropout:
    """The dropout layers of a network, which from now on take their masks from here.

    Parameters
    ----------
    network : Module
        Its layers are changed for good: hand in a copy.

    Raises
    ------
    NotStackable
        If it has layers that draw masks in another way.
    """

    def __init__(self, network: nn.Module) -> None:
        self._masks: list[torch.Tensor] | None = None
        self._used: list[Mask] = []
        for layer in network.modules():
            if isinstance(layer, _DropoutNd | nn.AlphaDropout) and layer.p not in (0.0, 1.0):
                if type(layer).forward is not nn.Dropout.forward:
                    raise NotStackable(
                        f"it has a layer of {type(layer).__name__}, which draws its masks "
                        "otherwise than torch.nn.Dropout"
                    )
                layer.forward = self._forward_of(layer)

    def masks_in(self, forward: Callable[[], object]) -> list[Mask]:
        """Return which masks a pass asks for, in their order.

        Parameters
        ----------
        forward : callable
            Carries out the pass.

        Returns
        -------
        list of Mask
            Empty in evaluation mode.
        """
        self._masks, self._used = None, []
        forward()
        return self._used

    def hand_in(self, masks: Sequence[torch.Tensor]) -> None:
        """Take the masks of the next pass.

        Parameters
        ----------
        masks : sequence of Tensor
            In the order of `masks_in`.
        """
        self._masks = list(masks)

    def _forward_of(self, layer: _DropoutNd) -> Callable[[torch.Tensor], torch.Tensor]:
        def forward(x: torch.Tensor) -> torch.Tensor:
            if not layer.training:
                return x
            if self._masks is None:
                self._used.append(Mask(layer.p, tuple(x.shape)))
                return x
            return x * self._masks.pop(0)

        return forward

"""A DLRE-like network: four convolutions from scratch.

Its source is the deep learning radiomics of elastography of Wang et al. 2019 (Gut 68:729), which
MMFN-AL describes as a four-layer convolutional network with a fully connected classifier, replaced
by one of five classes. Kernel sizes, channels, pooling and training were not to be read in either
work: those here are a common choice, and results must be called DLRE-like. Several modalities are
fused late, by concatenation.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import torch
from torch import nn

from albench.models.late_fusion import LateFusion
from albench.models.pooling import GlobalAverage
from albench.models.streams import Stream, vector_layers

if TYPE_CHECKING:
    from albench.api import Shapes

_LAYERS = 4


@dataclass(frozen=True, kw_only=True)
class Dlre:
    """A recipe for DLRE-like networks; see `albench.models.plugin` for each option's meaning."""

    channels: int = 32
    batch_norm: bool = True
    flatten: bool = False
    dropout: float = 0.5
    hidden: int = 128

    def build(self, shapes: Shapes, n_classes: int) -> LateFusion:
        """Return a new network without frozen trunks; see `FusionModel.build`."""
        streams = {name: self._stream(shape) for name, shape in shapes.items()}
        return LateFusion(streams, n_classes=n_classes, dropout=self.dropout, trunks={})

    def _stream(self, shape: tuple[int, ...]) -> Stream:
        if len(shape) == 1:
            return Stream(vector_layers(shape[0], self.hidden), nn.Identity(), self.hidden)
        colours, *sides = shape
        widths = [colours, *(self.channels * 2**layer for layer in range(_LAYERS))]
        blocks = [self._block(inputs, outputs) for inputs, outputs in pairwise(widths)]
        front = nn.Sequential(_Centred(), *blocks).to(memory_format=torch.channels_last)
        if not self.flatten:
            return Stream(front, GlobalAverage(), widths[-1])
        positions = [-(-side // 2**_LAYERS) for side in sides]
        return Stream(front, nn.Flatten(), widths[-1] * positions[0] * positions[1])

    def _block(self, inputs: int, outputs: int) -> nn.Sequential:
        norm = [nn.BatchNorm2d(outputs)] if self.batch_norm else []
        convolution = nn.Conv2d(inputs, outputs, 3, padding=1, bias=not self.batch_norm)
        return nn.Sequential(convolution, *norm, nn.ReLU(), nn.MaxPool2d(2, ceil_mode=True))


class _Centred(nn.Module):
    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return (2 * images - 1).contiguous(memory_format=torch.channels_last)

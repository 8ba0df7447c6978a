"""Squeeze-and-excitation (Hu et al. 2018, arXiv 1709.01507), and CBAM's channel gate beside it."""

from __future__ import annotations

import torch
from torch import nn

POOLS = ("avg", "avg+max")
"""What the gate looks at: ``avg`` is squeeze-and-excitation, ``avg+max`` is CBAM's channel gate
(Woo et al. 2018, arXiv 1807.06521), the same two layers over both poolings, summed."""


class ChannelGate(nn.Module):
    """Factors between 0 and 1, one a channel, from pooled channels.

    Parameters
    ----------
    channels : int
        The number of channels.
    reduction : int
        How many times narrower the hidden layer is; it has one unit at least.
    bias : bool
        Whether both layers have biases.
    """

    def __init__(self, channels: int, reduction: int = 16, *, bias: bool = True) -> None:
        super().__init__()
        hidden = max(1, channels // reduction)
        self.squeeze = nn.Linear(channels, hidden, bias=bias)
        self.excite = nn.Linear(hidden, channels, bias=bias)

    def forward(self, *pooled: torch.Tensor) -> torch.Tensor:
        """Return the gate ``(n, channels)``.

        Parameters
        ----------
        *pooled : Tensor, shape (n, channels)
            One or more poolings of the same maps; their answers are summed before the sigmoid.

        Returns
        -------
        Tensor, shape (n, channels)
            Factors.
        """
        answers = [self.excite(torch.relu(self.squeeze(vector))) for vector in pooled]
        return torch.sigmoid(torch.stack(answers).sum(0) if len(answers) > 1 else answers[0])


class GatedNeck(nn.Module):
    """A pointwise convolution, a channel gate and average pooling: feature maps to one vector.

    Given average-pooled maps ``(n, channels)`` instead of maps it gives the same vector: a 1x1
    convolution commutes with average pooling, and so does a gate that depends on the average
    alone. This is what lets a frozen trunk's outputs be kept as one vector an image.

    Parameters
    ----------
    channels : int
        Channels of the trunk's maps.
    width : int
        Channels after the pointwise convolution, and the length of the vector.
    reduction : int
        Of the gate.
    gate_bias : bool
        Of the gate.
    pools : str
        One of `POOLS`; ``avg+max`` needs maps.
    """

    def __init__(
        self, channels: int, width: int, *, reduction: int, gate_bias: bool, pools: str
    ) -> None:
        super().__init__()
        # A 1x1 convolution's weights, kept as a matrix since they also act on pooled vectors.
        self.pointwise = nn.Linear(channels, width)
        self.gate = ChannelGate(width, reduction, bias=gate_bias)
        self.pools = pools

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the vectors ``(n, width)``.

        Parameters
        ----------
        x : Tensor, shape (n, channels, height, width) or (n, channels)
            Feature maps, or maps that are average-pooled already.

        Returns
        -------
        Tensor, shape (n, width)
            Gated averages.
        """
        if x.ndim == 2:
            average = self.pointwise(x)
            return torch.mul(average, self.gate(average))
        maps = nn.functional.conv2d(x, self.pointwise.weight[:, :, None, None], self.pointwise.bias)
        average = maps.mean((2, 3))
        pooled = (average, maps.amax((2, 3))) if self.pools == "avg+max" else (average,)
        # Gating the maps and pooling them afterwards is gating their average.
        return torch.mul(average, self.gate(*pooled))

"""Global average pooling."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import nn

if TYPE_CHECKING:
    import torch


class GlobalAverage(nn.Module):
    """The average over the positions of feature maps; vectors stay as they are."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return averages ``(n, channels)``.

        Parameters
        ----------
        x : Tensor, shape (n, channels, height, width) or (n, channels)
            Feature maps, or maps that are pooled already.

        Returns
        -------
        Tensor, shape (n, channels)
            One vector an image.
        """
        return x if x.ndim == 2 else x.mean((2, 3))

"""Networks without streams: the vectors of all modalities side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn

from albench.api import DataError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from albench.api import Shapes, Trunk


def widths_of(shapes: Shapes, model: str) -> dict[str, int]:
    """Return the length of each modality's vectors.

    Parameters
    ----------
    shapes : mapping of str to tuple of int
        The shape of one sample of each modality.
    model : str
        Who asks, for the complaint.

    Returns
    -------
    dict of str to int
        In the order of the modalities.

    Raises
    ------
    DataError
        If a modality has images.
    """
    for name, shape in shapes.items():
        if len(shape) != 1:
            raise DataError(
                f"modality {name!r} has samples of shape {shape}, but {model} takes vectors"
            )
    return {name: shape[0] for name, shape in shapes.items()}


class ConcatenatedVectors(nn.Module):
    """A `FusionNet` whose embedding is its input; what it makes of that is left to `fuse`.

    Parameters
    ----------
    widths : mapping of str to int
        The length of each modality's vectors, in the order of concatenation.
    """

    passes_samples_on = True

    def __init__(self, widths: Mapping[str, int]) -> None:
        super().__init__()
        self.trunks: Mapping[str, Trunk] = {}
        self._names = tuple(widths)

    def encode(self, modality: str, x: torch.Tensor) -> torch.Tensor:  # noqa: ARG002  # as it is
        """Return the samples ``(n, d)``, which are vectors already; see `FusionNet.encode`."""
        return x

    def embed(self, vectors: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Return the concatenated vectors, in the order of the modalities it was built for."""
        return torch.cat([vectors[name] for name in self._names], 1)

    def fuse(self, vectors: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Return logits: of every model its own, so that this raises `NotImplementedError`."""
        raise NotImplementedError

    def forward(self, samples: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Return logits of samples.

        Parameters
        ----------
        samples : mapping of str to Tensor, shape (n, d)
            Of each modality.

        Returns
        -------
        Tensor, shape (n, n_classes)
            Before the softmax.
        """
        return self.fuse(samples)

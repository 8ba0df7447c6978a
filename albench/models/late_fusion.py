"""Late fusion: one stream a modality, their vectors concatenated, dropout, a linear classifier."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from albench.models.streams import Stream

if TYPE_CHECKING:
    from collections.abc import Mapping

    from albench.api import Trunk


class LateFusion(nn.Module):
    """A `FusionNet` of separate or shared streams.

    Parameters
    ----------
    streams : mapping of str to Stream
        The stream of each modality, in the order of concatenation; the same object may serve
        several modalities, which then share its weights.
    n_classes : int
        The number of classes.
    dropout : float
        The share of the concatenated vector that is dropped in training.
    trunks : mapping of str to Trunk
        The frozen trunks.
    """

    def __init__(
        self,
        streams: Mapping[str, Stream],
        *,
        n_classes: int,
        dropout: float,
        trunks: Mapping[str, Trunk],
    ) -> None:
        super().__init__()
        distinct = list(dict.fromkeys(streams.values()))
        # A list, since torch allows no dots in the keys of a ModuleDict.
        self.streams = nn.ModuleList(distinct)
        self.stream_of = {name: distinct.index(stream) for name, stream in streams.items()}
        self.dropout = nn.Dropout(dropout)
        width = sum(stream.width for stream in streams.values())
        self.classifier = nn.Linear(width, n_classes)
        self.trunks: Mapping[str, Trunk] = dict(trunks)

    def encode(self, modality: str, x: torch.Tensor) -> torch.Tensor:
        """Return the vectors of samples, or of their trunk's outputs; see `FusionNet.encode`."""
        vectors: torch.Tensor = self.streams[self.stream_of[modality]](x)
        return vectors

    def embed(self, vectors: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Return the concatenated vectors, in the order of the modalities it was built for."""
        return torch.cat([vectors[name] for name in self.stream_of], 1)

    def fuse(self, vectors: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Return logits; see `FusionNet.fuse`."""
        logits: torch.Tensor = self.classifier(self.dropout(self.embed(vectors)))
        return logits

    def forward(self, samples: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Return logits of samples.

        Parameters
        ----------
        samples : mapping of str to Tensor, shape (n, *shape)
            Of each modality.

        Returns
        -------
        Tensor, shape (n, n_classes)
            Before the softmax.
        """
        return self.fuse({name: self.encode(name, samples[name]) for name in self.stream_of})

    def parameter_groups(self) -> list[dict[str, Any]]:  # torch's own type of groups
        """Return the fronts that learn at a rate of their own, and the rest.

        Returns
        -------
        list of dict
            With ``params`` and ``lr_scale``.
        """
        slow: dict[float, list[nn.Parameter]] = {}
        for stream in self.streams.children():
            if isinstance(stream, Stream) and stream.front_lr_scale != 1.0:
                parameters = stream.front.parameters()
                slow.setdefault(stream.front_lr_scale, []).extend(parameters)
        apart = {id(parameter) for group in slow.values() for parameter in group}
        rest = [parameter for parameter in self.parameters() if id(parameter) not in apart]
        groups = [{"params": group, "lr_scale": scale} for scale, group in slow.items()]
        return [{"params": rest, "lr_scale": 1.0}, *groups]

"""Streams: how one modality becomes one vector."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from torch import nn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import torch

    from albench.api import Shapes, Trunk
    from albench.models.trunk_choice import TrunkChoice

    Neck = Callable[[int], tuple[nn.Module, int]]


class Stream(nn.Module):
    """What turns samples of a modality into vectors, the frozen trunk left out.

    Parameters
    ----------
    front : Module
        The part in front: a trunk that learns, a perceptron, or nothing.
    neck : Module
        From the front's output to ``(n, width)``.
    width : int
        The length of a vector.
    front_lr_scale : float
        A factor on the learning rate of the front.
    """

    def __init__(
        self, front: nn.Module, neck: nn.Module, width: int, front_lr_scale: float = 1.0
    ) -> None:
        super().__init__()
        self.front = front
        self.neck = neck
        self.width = width
        self.front_lr_scale = front_lr_scale

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return vectors ``(n, width)`` of samples, or of the outputs of their frozen trunk."""
        vectors: torch.Tensor = self.neck(self.front(x))
        return vectors


@dataclass(frozen=True, kw_only=True)
class StreamPlan:
    """How the streams of a network are built.

    Parameters
    ----------
    choice : TrunkChoice
        The trunk of image streams.
    neck : callable
        ``neck(channels)`` returns what follows a trunk or a perceptron, and the length of the
        vector it gives.
    hidden : int
        Units of the perceptron of a modality of vectors.
    pooled : bool
        Whether a frozen trunk's outputs may be averaged before the neck.
    """

    choice: TrunkChoice
    neck: Neck
    hidden: int
    pooled: bool = True

    def build(self, shapes: Shapes, *, shared: bool = False) -> dict[str, Stream]:
        """Return the stream of each modality.

        Parameters
        ----------
        shapes : mapping of str to tuple of int
            The shape of one sample of each modality.
        shared : bool
            Whether modalities of equal shapes have the same stream.

        Returns
        -------
        dict of str to Stream
            In the order of `shapes`.
        """
        self.choice.require_fitting(shapes)
        streams: dict[str, Stream] = {}
        of_shape: dict[tuple[int, ...], Stream] = {}
        for name, shape in shapes.items():
            stream = of_shape.get(shape) if shared else None
            streams[name] = of_shape[shape] = stream or self._stream(shape)
        return streams

    def trunks(self, shapes: Shapes) -> Mapping[str, Trunk]:
        """Return the frozen trunk of each image modality, not loaded, if trunks are frozen."""
        if not self.choice.frozen:
            return {}
        images = {name: shape for name, shape in shapes.items() if len(shape) == 3}
        return {
            name: self.choice.fixed(shape, pooled=self.pooled) for name, shape in images.items()
        }

    def _stream(self, shape: tuple[int, ...]) -> Stream:
        if len(shape) == 1:
            return Stream(vector_layers(shape[0], self.hidden), *self.neck(self.hidden))
        neck, width = self.neck(self.choice.features)
        if self.choice.frozen:
            return Stream(nn.Identity(), neck, width)
        return Stream(self.choice.learning(shape[0]), neck, width, self.choice.rate)


def vector_layers(features: int, hidden: int) -> nn.Sequential:
    """Return a small perceptron for a modality of vectors.

    Parameters
    ----------
    features : int
        The length of a vector.
    hidden : int
        Units.

    Returns
    -------
    Sequential
        ``(n, features)`` to ``(n, hidden)``, not negative.
    """
    return nn.Sequential(nn.Linear(features, hidden), nn.ReLU())

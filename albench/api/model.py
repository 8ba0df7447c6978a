"""The contract of a fusion model: streams that encode, and a head that fuses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import torch
    from torch import nn

Shapes = Mapping[str, tuple[int, ...]]
"""The shape of one sample of each modality, in the order of the candidates' columns."""

AVAILABLE = "_available"
"""The name of the stream that tells which modalities a candidate has, where some lack any.

Its samples are vectors of 1 and 0, one number a modality. Of a modality that a candidate lacks, the
network is given the mean of the training part's samples.
"""


@dataclass(frozen=True, kw_only=True)
class Trunk:
    """A frozen first part of a stream, whose outputs never change during a benchmark.

    albench runs it once over every sample and keeps the outputs in a cache on disk, shared by all
    cells and processes; the stream's `FusionNet.encode` is then given those outputs.

    Parameters
    ----------
    key : str
        A hash or name of everything that decides the outputs: architecture, weights, transform,
        pooling. Equal keys on equal data give equal outputs.
    shape : tuple of int
        The shape of one output.
    load : callable
        ``load()`` returns the module, in evaluation mode, mapping ``(n, *sample shape)`` float32
        to ``(n, *shape)``. Called only where outputs are missing from the cache.
    """

    key: str
    shape: tuple[int, ...]
    load: Callable[[], nn.Module]


class FusionNet(Protocol):
    """A ``torch.nn.Module`` whose streams are fused after each has become a vector.

    Attributes
    ----------
    trunks : mapping of str to Trunk
        The frozen trunk of each modality that has one; may be empty.
    """

    trunks: Mapping[str, Trunk]

    def encode(self, modality: str, x: torch.Tensor) -> torch.Tensor:
        """Return the vectors ``(n, d)`` of samples of one modality.

        Parameters
        ----------
        modality : str
            The stream.
        x : Tensor, shape (n, ...)
            Samples, float32 (images in 0..1); where the modality has a trunk, the trunk's outputs.
            Rows are independent of one another in evaluation mode.

        Returns
        -------
        Tensor, shape (n, d)
            Vectors.
        """

    def embed(self, vectors: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Return the fused vectors ``(n, D)`` that the classifier sees, before dropout.

        Parameters
        ----------
        vectors : mapping of str to Tensor, shape (n, d)
            What `encode` gave for each modality, row for row of the same candidates.

        Returns
        -------
        Tensor, shape (n, D)
            Vectors.
        """

    def fuse(self, vectors: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Return logits ``(n, n_classes)``; all dropout of the network sits here.

        Parameters
        ----------
        vectors : mapping of str to Tensor, shape (n, d)
            What `encode` gave for each modality, row for row of the same candidates.

        Returns
        -------
        Tensor, shape (n, n_classes)
            Logits.
        """


if TYPE_CHECKING:

    class Network(nn.Module, FusionNet):
        """A ``torch.nn.Module`` that is a `FusionNet`, for which Python has no type."""


class FusionModel(Protocol):
    """What the target of a model's descriptor gives: a recipe for networks."""

    def build(self, shapes: Shapes, n_classes: int) -> FusionNet:
        """Return a new network, its weights drawn from torch's global generator as it stands.

        Parameters
        ----------
        shapes : mapping of str to tuple of int
            The shape of one sample of each modality; one or more modalities.
        n_classes : int
            The number of classes, two or more.

        Returns
        -------
        FusionNet
            A ``torch.nn.Module``; ``forward({modality: x})`` is `fuse` after `encode`.
        """


class ParameterGroups(Protocol):
    """What a `FusionNet` may offer so that its parts learn at different rates."""

    def parameter_groups(self) -> list[dict[str, Any]]:  # torch's own type of groups
        """Return groups with ``params`` and ``lr_scale``, a factor on the learning rate."""


class Solver(Protocol):
    """What a `FusionNet` may offer to be trained by a solver of its own, without gradient steps."""

    def solve(
        self,
        samples: Mapping[str, torch.Tensor],
        targets: torch.Tensor,
        class_weights: torch.Tensor | None,
    ) -> None:
        """Set all weights by the labelled set, starting from the present ones if that helps.

        Parameters
        ----------
        samples : mapping of str to Tensor, shape (n, ...)
            The labelled set, as `FusionNet.encode` takes it.
        targets : Tensor of int, shape (n,)
            Class numbers; not every class need be there.
        class_weights : Tensor, shape (n_classes,), or None
            Of each class in the loss.
        """


class PassThrough(Protocol):
    """What a `FusionNet` may offer whose `encode` returns samples as they are.

    Attributes
    ----------
    passes_samples_on : bool
        Whether it does: vectors of a large pool are then not kept beside the samples.
    """

    passes_samples_on: bool


class AuxiliaryLoss(Protocol):
    """What a `FusionNet` may offer to train more than its fused logits."""

    def auxiliary_loss(self, targets: torch.Tensor) -> torch.Tensor:
        """Return what to add to the cross-entropy of the latest forward pass in training mode.

        Parameters
        ----------
        targets : Tensor, shape (n,)
            The class numbers of the batch.

        Returns
        -------
        Tensor
            A number.
        """

"""Inception-v3 with its auxiliary loss, the baseline that MMFN-AL calls IncepV3.

The source is Xue et al. 2020 (Eur Radiol 30:2973, PMC7160214), who pre-trained on ImageNet. Which
layers they tuned, at which rate, and how they merged modalities was not to be read: here the whole
network learns, at 299 pixels, and modalities are fused late, by concatenation. The auxiliary head
(Szegedy et al. 2016, arXiv 1512.00567) is torchvision's; it starts from random weights for the
classes of the task, one head an image stream.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import torch
from torch import nn

from albench.api import Complaint, WeightsError
from albench.models.late_fusion import LateFusion
from albench.models.pooling import GlobalAverage
from albench.models.streams import StreamPlan
from albench.models.trunk_choice import TrunkChoice
from albench.models.trunks import ImageTrunk, InceptionMaps

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from albench.api import Shapes
    from albench.models.streams import Stream

_AUXILIARY_CHANNELS, _AUXILIARY_PIXELS = 768, 299
"""Of the maps that the auxiliary head reads, and the smallest side at which it can."""


@dataclass(frozen=True, kw_only=True)
class InceptionV3:
    """A recipe for Inception-v3; see `albench.models.plugin` for each option's meaning.

    With frozen trunks there is no auxiliary loss, since nothing that it reads learns.
    """

    weights: str | None = None
    weights_file: Path | None = None
    weights_seed: int = 0
    frozen: bool = False
    trunk_lr_scale: float = 0.1
    pixels: int = 299
    auxiliary_weight: float = 0.4
    dropout: float = 0.5
    hidden: int = 128

    def build(self, shapes: Shapes, n_classes: int) -> LateFusion:
        """Return a new network, with an auxiliary loss if its trunks learn and its weight is not 0.

        Raises `WeightsError` if the auxiliary head is wanted on images that are too small for it.
        See `FusionModel.build`.
        """
        aided = self.auxiliary_weight > 0 and not self.frozen
        if aided and self.pixels < _AUXILIARY_PIXELS:
            problem = (
                f"the auxiliary head needs images of {_AUXILIARY_PIXELS} pixels, found "
                f"pixels = {self.pixels}; set auxiliary_weight = 0 for smaller ones"
            )
            raise WeightsError([Complaint("model 'inception-v3'", problem)])
        choice = TrunkChoice(
            name="inception-v3",
            weights=self.weights,
            file=self.weights_file,
            seed=self.weights_seed,
            frozen=self.frozen,
            lr_scale=self.trunk_lr_scale,
            pixels=self.pixels,
        )
        plan = StreamPlan(choice=choice, neck=_average, hidden=self.hidden)
        streams = plan.build(shapes)
        if not aided:
            return LateFusion(
                streams, n_classes=n_classes, dropout=self.dropout, trunks=plan.trunks(shapes)
            )
        return AidedFusion(
            streams, n_classes=n_classes, dropout=self.dropout, weight=self.auxiliary_weight
        )


class AidedFusion(LateFusion):
    """Late fusion of Inception streams, each with an auxiliary classifier in training.

    Parameters
    ----------
    streams : mapping of str to Stream
        The stream of each modality.
    n_classes : int
        The number of classes.
    dropout : float
        The share of the concatenated vector that is dropped in training.
    weight : float
        Of the auxiliary loss.
    """

    def __init__(
        self, streams: Mapping[str, Stream], *, n_classes: int, dropout: float, weight: float
    ) -> None:
        super().__init__(streams, n_classes=n_classes, dropout=dropout, trunks={})
        bodies = [_inception_of(stream) for stream in streams.values()]
        self._bodies = [body for body in bodies if body is not None]
        head = importlib.import_module("torchvision.models.inception").InceptionAux
        self.auxiliaries = nn.ModuleList(head(_AUXILIARY_CHANNELS, n_classes) for _ in self._bodies)
        self._weight = weight

    def auxiliary_loss(self, targets: torch.Tensor) -> torch.Tensor:
        """Return the weighted cross-entropy of the auxiliary heads, averaged over them.

        It is 0 without image streams; see `AuxiliaryLoss`.
        """
        losses = []
        for body, head in zip(self._bodies, self.auxiliaries, strict=True):
            middle, body.middle = body.middle, None  # so that the batch's maps are let go
            losses.append(nn.functional.cross_entropy(head(middle), targets))
        return (
            self._weight * torch.stack(losses).mean() if losses else targets.new_zeros(()).float()
        )


def _inception_of(stream: Stream) -> InceptionMaps | None:
    return (
        cast("InceptionMaps", stream.front.body) if isinstance(stream.front, ImageTrunk) else None
    )


def _average(channels: int) -> tuple[GlobalAverage, int]:
    return GlobalAverage(), channels

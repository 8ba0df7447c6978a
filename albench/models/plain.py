"""The plain transfer-learning network: a trunk, average pooling, one linear layer.

It is the mono-modal baseline of MMFN-AL (Gao et al. 2020, arXiv 2011.00694), a "ResNet-50 based
network": whether theirs had the fusion network's gate is not said; here it has none. Several
modalities are fused late, by concatenation. Dropout before the linear layer, which ESD needs and
the paper does not place, is as in the fusion network.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from albench.models.late_fusion import LateFusion
from albench.models.pooling import GlobalAverage
from albench.models.streams import StreamPlan
from albench.models.trunk_choice import TrunkChoice

if TYPE_CHECKING:
    from pathlib import Path

    from albench.api import Shapes


@dataclass(frozen=True, kw_only=True)
class Plain:
    """A recipe for plain networks; see `albench.models.plugin` for each option's meaning."""

    trunk: str = "resnet50"
    weights: str | None = None
    weights_file: Path | None = None
    weights_seed: int = 0
    frozen: bool = True
    trunk_lr_scale: float = 0.1
    dropout: float = 0.5
    hidden: int = 128

    def build(self, shapes: Shapes, n_classes: int) -> LateFusion:
        """Return a new network, with a frozen trunk for every image modality, if they are frozen.

        See `FusionModel.build`.
        """
        choice = TrunkChoice(
            name=self.trunk,
            weights=self.weights,
            file=self.weights_file,
            seed=self.weights_seed,
            frozen=self.frozen,
            lr_scale=self.trunk_lr_scale,
        )
        plan = StreamPlan(choice=choice, neck=_average, hidden=self.hidden)
        return LateFusion(
            plan.build(shapes),
            n_classes=n_classes,
            dropout=self.dropout,
            trunks=plan.trunks(shapes),
        )


def _average(channels: int) -> tuple[GlobalAverage, int]:
    return GlobalAverage(), channels

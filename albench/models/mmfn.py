"""The multi-modal fusion network of MMFN-AL (Gao et al. 2020, arXiv 2011.00694).

The paper gives the trunk (ResNet-50), the pointwise convolution to 256 channels, the
squeeze-and-excitation gate, average pooling, concatenation and one linear layer. It is silent on
the reduction ratio, on biases of the gate, on where dropout sits and on its rate, and knows no
vectors: these are options, with the defaults of the works it builds on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from albench.models.late_fusion import LateFusion
from albench.models.squeeze_excite import GatedNeck
from albench.models.stream_heads import HeadedFusion
from albench.models.streams import StreamPlan
from albench.models.trunk_choice import TrunkChoice

if TYPE_CHECKING:
    from pathlib import Path

    from albench.api import Shapes


@dataclass(frozen=True, kw_only=True)
class Mmfn:
    """A recipe for fusion networks; see `albench.models.plugin` for each option's meaning.

    `trunk_lr_scale` is a factor on the learning rate of a trunk that was trained before; others
    learn at the full rate.
    """

    trunk: str = "resnet50"
    weights: str | None = None
    weights_file: Path | None = None
    weights_seed: int = 0
    frozen: bool = True
    trunk_lr_scale: float = 0.1
    width: int = 256
    reduction: int = 16
    gate_bias: bool = True
    pools: str = "avg"
    dropout: float = 0.5
    hidden: int = 128
    share_streams: bool = False
    stream_heads: bool = False

    def build(self, shapes: Shapes, n_classes: int) -> LateFusion:
        """Return a new network, with a frozen trunk for every image modality, if they are frozen.

        Raises `DataError` if images do not fit the trunk, and `WeightsError` if weights cannot be
        had or do not fit. See `FusionModel.build`.
        """
        plan = StreamPlan(
            choice=TrunkChoice(
                name=self.trunk,
                weights=self.weights,
                file=self.weights_file,
                seed=self.weights_seed,
                frozen=self.frozen,
                lr_scale=self.trunk_lr_scale,
            ),
            neck=self._neck,
            hidden=self.hidden,
            pooled=self.pools == "avg",
        )
        network = HeadedFusion if self.stream_heads else LateFusion
        return network(
            plan.build(shapes, shared=self.share_streams),
            n_classes=n_classes,
            dropout=self.dropout,
            trunks=plan.trunks(shapes),
        )

    def _neck(self, channels: int) -> tuple[GatedNeck, int]:
        neck = GatedNeck(
            channels,
            self.width,
            reduction=self.reduction,
            gate_bias=self.gate_bias,
            pools=self.pools,
        )
        return neck, self.width

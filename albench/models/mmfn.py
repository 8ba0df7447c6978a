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

    Parameters
    ----------
    trunk : str
        The trunk of image streams.
    weights : str or None
        Where its weights come from.
    weights_file : pathlib.Path or None
        A file that they come from instead.
    weights_seed : int
        The seed of a frozen trunk with random weights.
    frozen : bool
        Whether trunks never change.
    trunk_lr_scale : float
        A factor on the learning rate of a trunk that was trained before; others learn at the
        full rate.
    width : int
        Length of each stream's vector.
    reduction : int
        Of the gate.
    gate_bias : bool
        Of the gate.
    pools : str
        What the gate looks at.
    dropout : float
        On the concatenated vector.
    hidden : int
        Units of the perceptron of a modality of vectors.
    share_streams : bool
        Whether modalities whose samples have equal shapes share one stream's weights.
    stream_heads : bool
        Whether each modality has a classifier of its own in training.
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
        """Return a new network, its weights drawn from torch's global generator as it stands.

        Parameters
        ----------
        shapes : mapping of str to tuple of int
            The shape of one sample of each modality.
        n_classes : int
            The number of classes.

        Returns
        -------
        LateFusion
            With a frozen trunk for every image modality, if they are frozen.

        Raises
        ------
        DataError
            If images do not fit the trunk.
        WeightsError
            If weights cannot be had or do not fit.
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

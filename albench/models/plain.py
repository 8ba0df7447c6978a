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
    """A recipe for plain networks; see `albench.models.plugin` for each option's meaning.

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
        A factor on the learning rate of a trunk that was trained before.
    dropout : float
        On the concatenated vector.
    hidden : int
        Units of the perceptron of a modality of vectors.
    """

    trunk: str = "resnet50"
    weights: str | None = None
    weights_file: Path | None = None
    weights_seed: int = 0
    frozen: bool = True
    trunk_lr_scale: float = 0.1
    dropout: float = 0.5
    hidden: int = 128

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

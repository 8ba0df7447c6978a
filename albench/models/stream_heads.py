"""Late fusion in which each modality has a classifier of its own in training.

BMMAL (Shen et al. 2023, arXiv 2306.08306) trains its networks so: in the authors' code the
cross-entropies of the fused classifier and of one linear layer a modality count alike. Heads are
there so that no modality is neglected; predictions are the fused classifier's alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn

from albench.models.late_fusion import LateFusion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from albench.api import Trunk
    from albench.models.streams import Stream


class HeadedFusion(LateFusion):
    """Late fusion with a linear head a modality, whose losses are added in training.

    Its arguments are those of `LateFusion`. A shared stream still gets a head for each modality;
    heads drop nothing.
    """

    def __init__(
        self,
        streams: Mapping[str, Stream],
        *,
        n_classes: int,
        dropout: float,
        trunks: Mapping[str, Trunk],
    ) -> None:
        super().__init__(streams, n_classes=n_classes, dropout=dropout, trunks=trunks)
        self.heads = nn.ModuleList(nn.Linear(x.width, n_classes) for x in streams.values())
        self._latest: Mapping[str, torch.Tensor] = {}

    def fuse(self, vectors: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Return the fused classifier's logits; in training, `auxiliary_loss` sees the vectors."""
        self._latest = vectors if self.training else {}
        return super().fuse(vectors)

    def auxiliary_loss(self, targets: torch.Tensor) -> torch.Tensor:
        """Return the sum of the heads' cross-entropies on the latest batch; see `AuxiliaryLoss`."""
        vectors, self._latest = self._latest, {}  # so that the batch's graph is let go
        losses = [
            nn.functional.cross_entropy(head(vectors[name]), targets)
            for name, head in zip(self.stream_of, self.heads, strict=True)
        ]
        return torch.stack(losses).sum()

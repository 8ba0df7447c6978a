"""Strategies that look at each modality."""

from __future__ import annotations

from albench.api import Option, needs
from albench.strategies.descriptors.announce import RANDOMISED, strategy

MASKED = frozenset({needs.MASKED_PROBA})

DESCRIPTORS = (
    strategy(
        "modality-disagreement",
        "modality_disagreement:ModalityDisagreement",
        "The modalities, each seen alone, predict differently.",
        needs=MASKED,
        modalities=(2, None),
        citation="the deep form of Co-Testing: Muslea, Minton & Knoblock 2006",
    ),
    strategy(
        "bmmal",
        "bmmal:Bmmal",
        "BADGE with each modality's gradient scaled by its share in the prediction.",
        options=(
            Option(
                name="missing",
                type=str,
                default="mean",
                choices=("mean", "zero"),
                later=True,
                help="what stands for a modality that is left out: its mean vector, or zeros",
            ),
        ),
        needs=frozenset({needs.PROBA, needs.STREAM_EMBEDDINGS, needs.MASKED_PROBA}),
        modalities=(2, None),
        tags=RANDOMISED,
        cost="n b",
        citation="Shen et al. 2023, Towards balanced active learning for multimodal classification",
        version=2,
    ),
    strategy(
        "modality-dropout-bald",
        "modality_dropout:ModalityDropoutBald",
        "Label and choice of modalities share most information.",
        options=(
            Option(
                name="passes",
                type=int,
                default=15,
                minimum=1,
                maximum=10_000,
                help="how many subsets of the modalities at most",
            ),
        ),
        needs=MASKED,
        modalities=(2, None),
        citation="ours: BALD (Houlsby et al. 2011) over subsets of the modalities",
    ),
)

"""Strategies for labels that are stages, in the order of their class numbers."""

from __future__ import annotations

from albench.api import Option, needs
from albench.strategies.descriptors.announce import PASSES, strategy

ORDINAL = frozenset({"ordinal"})

DESCRIPTORS = (
    strategy(
        "ordinal-variance",
        "ordinal:OrdinalVariance",
        "The variance of the stage is largest.",
        needs=frozenset({needs.PROBA}),
        tags=ORDINAL,
        citation="ours: a strategy for the task, the future work of MMFN-AL",
    ),
    strategy(
        "ordinal-variance-dropout",
        "ordinal:OrdinalVarianceDropout",
        "The variance of the stage over dropout passes is largest, total or epistemic.",
        options=(
            PASSES,
            Option(
                name="part",
                type=str,
                default="total",
                choices=("total", "epistemic"),
                help="the variance under the mean, or of the mean stage over passes",
            ),
        ),
        needs=frozenset({needs.DROPOUT_PROBA}),
        tags=ORDINAL,
        citation="ours: a strategy for the task, the future work of MMFN-AL",
    ),
    strategy(
        "stage-boundary",
        "stage_boundary:StageBoundary",
        "Neighbouring stages that are often confused are in doubt.",
        needs=frozenset({needs.PROBA, needs.EMBEDDINGS}),
        tags=ORDINAL,
        citation="ours: a strategy for the task, the future work of MMFN-AL",
    ),
)

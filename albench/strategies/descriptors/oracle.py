"""What uses labels that it could not have: measures, not competitors; wrappers cannot hold them."""

from __future__ import annotations

from albench.api import Option, needs
from albench.strategies.descriptors.announce import RANDOMISED, strategy

DESCRIPTORS = (
    strategy(
        "oracle-greedy",
        "oracle:OracleGreedy",
        "The best of some random candidates by their true labels: no competitor, but a measure.",
        options=(
            Option(
                name="candidates",
                type=int,
                default=20,
                minimum=1,
                maximum=1_000_000,
                help="how many random candidates are tried for each choice",
            ),
            Option(
                name="held_out",
                type=int,
                default=200,
                minimum=1,
                maximum=1_000_000,
                help="how many candidates are set aside to measure the gain on",
            ),
            Option(
                name="loss",
                type=str,
                default="log",
                choices=("log", "zero-one"),
                help="what is measured",
            ),
        ),
        needs=frozenset({needs.EMBEDDINGS, needs.HIDDEN_LABELS}),
        tags=RANDOMISED | {"oracle"},
        cost="n b",
        citation="Werner et al. 2024, A cross-domain benchmark for active learning",
    ),
)

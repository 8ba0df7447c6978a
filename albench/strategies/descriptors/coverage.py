"""Strategies that spread their picks over the pool."""

from __future__ import annotations

from albench.api import Descriptor, Kind, needs

DESCRIPTORS = (
    Descriptor(
        name="k-center",
        kind=Kind.STRATEGY,
        target="albench.strategies.k_center:KCenter",
        summary="The farthest from all that is labelled or picked, again and again (CoreSet).",
        needs=frozenset({needs.EMBEDDINGS}),
        cost="n b",
        citation="Sener & Savarese 2018, Active learning for convolutional neural networks",
    ),
)

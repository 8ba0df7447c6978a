"""Strategies that look at nothing, or at structure alone."""

from __future__ import annotations

from albench.api import Descriptor, Kind

DESCRIPTORS = (
    Descriptor(
        name="random",
        kind=Kind.STRATEGY,
        target="albench.strategies.random:Random",
        summary="Uniform without replacement: what every other strategy must beat.",
        tags=frozenset({"randomised"}),
    ),
)

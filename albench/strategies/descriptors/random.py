"""Strategies that look at nothing, or at structure alone."""

from __future__ import annotations

from albench.api import needs
from albench.strategies.descriptors.announce import RANDOMISED, strategy

DESCRIPTORS = (
    strategy(
        "random",
        "random:Random",
        "Uniform without replacement: what every other strategy must beat.",
        tags=RANDOMISED,
        citation="Cochran 1977, Sampling techniques (simple random sampling)",
    ),
    strategy(
        "random-class",
        "random:RandomClass",
        "As many of each predicted class as there are, at random within a class.",
        needs=frozenset({needs.PROBA}),
        tags=RANDOMISED,
        cost="n log n",
        citation="Lüth et al. 2025 (task-adapted random)",
    ),
    strategy(
        "random-subject",
        "random:RandomSubject",
        "Subjects uniformly, then one candidate of each, lap after lap.",
        tags=RANDOMISED,
        cost="n log n",
        citation="Lüth et al. 2025 (task-adapted random)",
    ),
)

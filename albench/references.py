"""The strategies that every matrix runs beside those it names."""

from __future__ import annotations

ALL_LABELS = "all-labels"
"""Training on every label of the pool at once, without querying."""

BASELINE = "random"
"""What every strategy is compared with."""

ALWAYS = (BASELINE, ALL_LABELS)

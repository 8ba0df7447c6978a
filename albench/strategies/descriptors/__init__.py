"""Light descriptors of the strategies that ship with albench, one file a family."""

from __future__ import annotations

from albench.strategies.descriptors import coverage, random, uncertainty

ALL = (*random.DESCRIPTORS, *uncertainty.DESCRIPTORS, *coverage.DESCRIPTORS)
"""Every built-in strategy, in the order of the documentation."""

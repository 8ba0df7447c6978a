"""Light descriptors of the strategies that ship with albench, one file a family."""

from __future__ import annotations

from albench.strategies.descriptors import (
    coverage,
    hybrid,
    multimodal,
    ordinal,
    random,
    uncertainty,
    wrappers,
)

UNWRAPPED = (
    *random.DESCRIPTORS,
    *uncertainty.DESCRIPTORS,
    *coverage.DESCRIPTORS,
    *hybrid.DESCRIPTORS,
    *multimodal.DESCRIPTORS,
    *ordinal.DESCRIPTORS,
)
"""Every strategy that stands on its own, in the order of the documentation."""

ALL = (*UNWRAPPED, *wrappers.wrappers(UNWRAPPED))
"""Every built-in strategy."""

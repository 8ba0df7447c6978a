"""Light descriptors of the strategies that ship with albench, one file a family."""

from __future__ import annotations

from albench.strategies.descriptors import (
    coverage,
    hybrid,
    multimodal,
    oracle,
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
"""Every strategy that stands on its own and may be wrapped, in the order of the documentation."""

ALL = (*UNWRAPPED, *oracle.DESCRIPTORS, *wrappers.wrappers(UNWRAPPED))
"""Every built-in strategy."""

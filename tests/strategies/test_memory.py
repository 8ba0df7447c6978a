"""No strategy takes the memory of all pairs of the pool, though a cost class may allow it."""

from __future__ import annotations

import importlib
import tracemalloc
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from albench.api.acquisition import asks_for_modalities
from albench.strategies.plugin import albench_strategies

if TYPE_CHECKING:
    from albench.api import Descriptor

DESCRIPTORS = {
    descriptor.name: descriptor
    for descriptor in albench_strategies()
    if not asks_for_modalities(descriptor)  # those are called with an offer
}


@pytest.mark.parametrize("descriptor", DESCRIPTORS.values(), ids=DESCRIPTORS)
def test_memory_stays_under_all_pairs_of_the_pool(descriptor: Descriptor, cohort: Any) -> None:
    pool = cohort(4000, n_labelled=50).view(needs=descriptor.needs)
    module, _, attribute = descriptor.target.partition(":")
    strategy = getattr(importlib.import_module(module), attribute)()
    tracemalloc.start()
    strategy(pool, 20, np.random.default_rng(0))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4000 * 4000 * 4 / 2  # half of what all pairs would take in float32

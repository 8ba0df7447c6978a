"""The global generators of random, NumPy and torch: seeded for a while, and watched."""

from __future__ import annotations

import random
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
import torch

from albench.execute.query_checks import fingerprints

if TYPE_CHECKING:
    from collections.abc import Iterator

UNUSUAL_SEED = 918_273
"""The seed of generators that are watched. No plugin would choose it, so that reseeding shows."""


@contextmanager
def seeded_generators(seed: int) -> Iterator[None]:
    """Seed the global generators inside the block, and restore them afterwards."""
    state = random.getstate(), np.random.get_state(), torch.get_rng_state()  # noqa: NPY002  # watched
    try:
        random.seed(seed)
        np.random.seed(seed)  # noqa: NPY002  # the global state is what is tried
        torch.manual_seed(seed)
        yield
    finally:
        random.setstate(state[0])
        np.random.set_state(state[1])  # noqa: NPY002  # as above
        torch.set_rng_state(state[2])


@contextmanager
def unchanged_generators(who: str, seed: int = UNUSUAL_SEED) -> Iterator[None]:
    """Seed the global generators inside the block, and raise if the block changes their state.

    The message blames `who`, and names the generator that has been drawn from or seeded.
    """
    with seeded_generators(seed):
        before = fingerprints("", {})
        yield
        before.require_equal(fingerprints("", {}), who)

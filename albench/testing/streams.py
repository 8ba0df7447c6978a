"""The global random generators, as if others had drawn from them."""

from __future__ import annotations

import random
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
import torch

if TYPE_CHECKING:
    from collections.abc import Iterator

UNUSUAL_SEED = 918_273
"""Where generators stand when they are watched: seeding them as one does must show."""


@contextmanager
def global_streams(seed: int) -> Iterator[None]:
    """Seed the global generators inside the block, and restore them behind it.

    Parameters
    ----------
    seed : int
        Of all three.

    Yields
    ------
    None
        As if others had drawn from them.
    """
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

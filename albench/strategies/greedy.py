"""Greedy choice, one candidate at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from albench.strategies.query import Floats


def best(values: Floats, rng: np.random.Generator) -> int:
    """Return the position of the largest value, a random one of them if several are.

    Parameters
    ----------
    values : ndarray, shape (n,)
        At least one, no NaN.
    rng : numpy.random.Generator
        Drawn from only if there is a tie.

    Returns
    -------
    int
        A position.
    """
    ties = np.flatnonzero(values == values.max())
    return int(ties[0] if len(ties) == 1 else rng.choice(ties))

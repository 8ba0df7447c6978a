"""Greedy choice, one candidate at a time, and the lazy form of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from albench.strategies.query import Floats, Picks


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


def lazy_greedy(
    first_gains: Floats,
    gains: Callable[[Picks], Floats],
    accept: Callable[[int], None],
    n: int,
    rng: np.random.Generator,
) -> Picks:
    """Return `n` positions, each of the largest gain given those before it.

    A gain may only shrink as picks are accepted (a submodular objective), so an old gain bounds the
    new one, and only candidates at the top need theirs computed again (Minoux 1978). Picks are
    those of the plain greedy way, in order of choice.

    `first_gains`, shape ``(n_pool,)``, are those before anything is picked, without NaN.
    ``gains(positions)`` returns them given what has been accepted, and ``accept(position)`` makes a
    candidate part of that. Other arguments as in `albench.strategies`.
    """
    order = rng.permutation(len(first_gains))  # argmax takes the first of equals: a random one
    bounds = np.asarray(first_gains, dtype=np.float64)[order]
    fresh = np.ones(len(order), dtype=bool)
    picks = np.empty(n, dtype=np.intp)
    for i in range(n):
        width = 8
        while not fresh[leader := int(bounds.argmax())]:
            stale = _leaders(bounds, width, leader)
            stale = stale[~fresh[stale]]
            bounds[stale] = gains(order[stale])
            fresh[stale] = True
            width = min(2 * width, 1024)
        picks[i] = order[leader]
        bounds[leader] = -np.inf
        if i + 1 < n:
            accept(int(picks[i]))
            fresh[:] = False
    return picks


def _leaders(bounds: Floats, width: int, leader: int) -> Picks:
    width = min(width, len(bounds))
    leaders = np.argpartition(-bounds, width - 1)[:width]
    leaders = leaders[bounds[leaders] > -np.inf]  # what is picked has no gain any more
    return leaders if leader in leaders else np.append(leaders, leader)

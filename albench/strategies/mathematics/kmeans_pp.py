"""k-means++ seeding: each seed drawn with odds in proportion to its squared distance to the others.

Arthur & Vassilvitskii 2007. It asks only for distances to one row at a time, so that the rows need
not exist: outer products give their distances from their factors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.strategies.mathematics.greedy import best

if TYPE_CHECKING:
    from collections.abc import Callable

    from albench.strategies.query import Floats, Picks


def k_means_pp(
    distance_to: Callable[[int], Floats],
    n: int,
    rng: np.random.Generator,
    *,
    first: int | None = None,
    weights: Floats | None = None,
    n_rows: int,
) -> Picks:
    """Return `n` seeds, or fewer where all rows coincide with a seed.

    Parameters
    ----------
    distance_to : callable
        ``distance_to(position)`` returns the squared distances ``(n_rows,)`` of all rows to one.
    n : int
        1 to `n_rows`.
    rng : numpy.random.Generator
        Draws the seeds.
    first : int or None
        The first seed; None draws it in proportion to the weights.
    weights : ndarray, shape (n_rows,), or None
        What multiplies the odds; None is one for all.
    n_rows : int
        How many rows there are.

    Returns
    -------
    ndarray of int
        Distinct positions, in order of choice.
    """
    odds = np.ones(n_rows) if weights is None else np.asarray(weights, dtype=np.float64)
    nearest = np.full(n_rows, np.inf)
    seeds = [drawn(odds, rng) if first is None else first]
    while len(seeds) < n:
        np.minimum(nearest, distance_to(seeds[-1]), out=nearest)
        nearest[seeds[-1]] = 0
        chances = nearest * odds
        if not chances.any():
            break
        seeds.append(drawn(chances, rng))
    return np.array(seeds, dtype=np.intp)


def drawn(chances: Floats, rng: np.random.Generator) -> int:
    """Return a position, drawn with odds in proportion to its chance.

    Parameters
    ----------
    chances : ndarray, shape (n,)
        0 or more; where all are 0, all are equal.
    rng : numpy.random.Generator
        Draws.

    Returns
    -------
    int
        A position.
    """
    if not chances.any():
        return best(chances, rng)
    ladder = np.cumsum(chances, dtype=np.float64)
    # side="right" steps over rows without a chance; rounding may leave the draw at the very top.
    position = int(np.searchsorted(ladder, rng.random() * ladder[-1], side="right"))
    return position if position < len(ladder) else int(np.flatnonzero(chances)[-1])

"""What every strategy does around its idea: sizes that cannot be met, rows that cannot be used."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Callable

    from albench.api import PoolView

Picks: TypeAlias = NDArray[np.intp]
Floats: TypeAlias = NDArray[np.floating]
Strategy = TypeVar("Strategy")


def sized(
    choose: Callable[[Strategy, PoolView, int, np.random.Generator], Picks],
) -> Callable[[Strategy, PoolView, int, np.random.Generator], Picks]:
    """Return `choose` as a strategy's ``__call__``, asked only for 1 to ``len(pool)`` candidates.

    Parameters
    ----------
    choose : callable
        The method that has the idea.

    Returns
    -------
    callable
        Gives nothing for nothing, without reading the pool, and at most the whole pool.
    """

    @functools.wraps(choose)
    def call(self: Strategy, pool: PoolView, n: int, rng: np.random.Generator) -> Picks:
        n = min(n, len(pool))
        return choose(self, pool, n, rng) if n > 0 else np.empty(0, dtype=np.intp)

    return call


def among_usable(
    usable: NDArray[np.bool_],
    n: int,
    rng: np.random.Generator,
    choose: Callable[[NDArray[np.intp] | slice, int], Picks],
) -> Picks:
    """Return `n` picks, those that `choose` makes among usable rows first, the rest at random.

    Parameters
    ----------
    usable : ndarray of bool, shape (n_pool,)
        Rows without NaN or infinity. The others are bought only when nothing else is left.
    n : int
        At most ``n_pool``.
    rng : numpy.random.Generator
        Chooses what `choose` leaves open.
    choose : callable
        ``choose(rows, k)`` returns at most `k` positions within the usable `rows`; these are a
        slice when all rows are usable, so that taking them copies nothing.

    Returns
    -------
    ndarray of int, shape (n,)
        Distinct positions.
    """
    positions = np.flatnonzero(usable)
    k = min(n, len(positions))
    rows = slice(None) if len(positions) == len(usable) else positions
    picks = positions[choose(rows, k)] if k else positions
    return filled(picks[:k], n, usable, rng)


def filled(picks: Picks, n: int, usable: NDArray[np.bool_], rng: np.random.Generator) -> Picks:
    """Return `picks` and as many others as make `n`: usable ones first, else at random.

    Parameters
    ----------
    picks : ndarray of int
        Distinct positions, at most `n`.
    n : int
        At most ``len(usable)``.
    usable : ndarray of bool, shape (n_pool,)
        Which others to prefer.
    rng : numpy.random.Generator
        Orders the others.

    Returns
    -------
    ndarray of int, shape (n,)
        Distinct positions.
    """
    if len(picks) >= n:
        return picks
    left = np.ones(len(usable), dtype=bool)
    left[picks] = False
    others = rng.permutation(np.flatnonzero(left))
    others = others[np.argsort(~usable[others], kind="stable")]
    return np.concatenate([picks, others[: n - len(picks)]])


def finite_rows(*arrays: Floats) -> NDArray[np.bool_]:
    """Return which rows are finite in all of `arrays`.

    Parameters
    ----------
    *arrays : ndarray, shape (n_pool, ...)
        One row per candidate.

    Returns
    -------
    ndarray of bool, shape (n_pool,)
        The sum of a row is finite only if its entries are; it needs no array of the input's size.
    """
    with np.errstate(invalid="ignore", over="ignore"):  # inf - inf is the very thing looked for
        sums = [a.sum(axis=tuple(range(1, a.ndim)), dtype=np.float64) for a in arrays]
    return np.asarray(np.isfinite(sums).all(axis=0))

"""How a peer's strategy is asked: what it is shown, in which order, with which randomness."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from albench.api import PoolView

    Query = Callable[[PoolView, int, int], NDArray[np.intp]]


class Peer:
    """A peer's strategy as an albench strategy.

    It sees the candidates in random order, so that what it breaks by position is broken at random,
    and none with NaN or infinity, which most peers refuse: those are bought last. It gives its own
    picks otherwise; where they are too few, or repeat, albench says so of it.

    Parameters
    ----------
    needs : frozenset of str
        What it reads of the pool.
    query : callable
        ``query(pool, n, seed)`` returns `n` positions of a pool of at least `n` finite candidates;
        the seed, 0 to 2**31 - 1, is all its randomness.
    usable : callable
        ``usable(pool)`` returns which candidates are finite.
    size : int or None
        The largest number of candidates it is shown, a random part of the pool; None is all.
    """

    def __init__(
        self,
        needs: frozenset[str],
        query: Query,
        usable: Callable[[PoolView], NDArray[np.bool_]],
        size: int | None = None,
    ) -> None:
        self.needs = needs
        self.query = query
        self.usable = usable
        self.size = size

    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> NDArray[np.intp]:
        """Return positions in the peer's order; see `albench.api.QueryStrategy`.

        Parameters
        ----------
        pool : PoolView
            The candidates.
        n : int
            How many to choose.
        rng : numpy.random.Generator
            Orders the candidates, and seeds the peer.

        Returns
        -------
        ndarray of int, shape (min(n, len(pool)),)
            Positions.
        """
        n = min(n, len(pool))
        if n == 0:
            return np.empty(0, dtype=np.intp)
        order = rng.permutation(len(pool))
        usable = self.usable(pool)[order]
        shown = order[usable]
        shown = shown if self.size is None else shown[: max(self.size, n)]
        wanted = min(n, len(shown))
        seed = int(rng.integers(2**31))
        picks = shown[self.query(pool.take(shown), wanted, seed)] if wanted else shown
        # Only what could not be shown fills up: a peer's own shortfall stays visible.
        return np.concatenate([picks, order[~usable][: n - wanted]])


@contextmanager
def numpy_seeded(seed: int) -> Iterator[None]:
    """Seed numpy's global generator inside the block, and restore it behind it.

    modAL and baal draw from it, and one strategy of scikit-activeml.

    Parameters
    ----------
    seed : int
        0 to 2**31 - 1.

    Yields
    ------
    None
        The global generator is the block's own.
    """
    state = np.random.get_state()  # noqa: NPY002  # the peers use no other
    np.random.seed(seed)  # noqa: NPY002  # as above
    try:
        yield
    finally:
        np.random.set_state(state)  # noqa: NPY002  # as above


def all_usable(pool: PoolView) -> NDArray[np.bool_]:
    """Return that every candidate may be shown.

    Parameters
    ----------
    pool : PoolView
        The pool.

    Returns
    -------
    ndarray of bool, shape (n_pool,)
        All true.
    """
    return np.ones(len(pool), dtype=bool)


def finite(*arrays: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Return which rows are finite in all arrays.

    Parameters
    ----------
    *arrays : ndarray, shape (n, k)
        One row per candidate.

    Returns
    -------
    ndarray of bool, shape (n,)
        Usable rows.
    """
    return np.asarray(np.logical_and.reduce([np.isfinite(rows).all(axis=1) for rows in arrays]))


def finite_dropout(pool: PoolView, passes: int) -> NDArray[np.bool_]:
    """Return which candidates are finite in every dropout pass.

    Parameters
    ----------
    pool : PoolView
        The pool.
    passes : int
        How many passes.

    Returns
    -------
    ndarray of bool, shape (n_pool,)
        Usable candidates.
    """
    return finite(*pool.dropout_proba(passes))


def finite_committee(pool: PoolView, members: int) -> NDArray[np.bool_]:
    """Return which candidates are finite for every member of a committee.

    Parameters
    ----------
    pool : PoolView
        The pool.
    members : int
        How many members.

    Returns
    -------
    ndarray of bool, shape (n_pool,)
        Usable candidates.
    """
    return finite(*pool.committee_proba(members))

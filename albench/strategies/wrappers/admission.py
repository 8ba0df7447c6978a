"""Asking a strategy for more than is wanted, and taking the first that may be taken together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from albench.api import PoolView, QueryStrategy
    from albench.strategies.query import Picks

    Admit = Callable[[int], bool]


def first_admitted(order: Picks, n: int, new_lap: Callable[[], Admit]) -> tuple[Picks, int]:
    """Return `n` of `order`: those admitted in a first lap, in a second, and so on.

    Parameters
    ----------
    order : ndarray of int
        Positions, the most wanted first; at least `n`.
    n : int
        How many.
    new_lap : callable
        Returns an ``admit(position)`` that starts with nothing admitted; it admits the first
        position it is asked for.

    Returns
    -------
    ndarray of int, shape (n,)
        Distinct positions.
    int
        How many of them the first lap admitted.
    """
    laps: list[list[int]] = []
    left, n_admitted = order.tolist(), 0
    while n_admitted < n:
        admit = new_lap()
        admitted = [admit(position) for position in left]
        laps.append([left[i] for i, taken in enumerate(admitted) if taken])
        left = [left[i] for i, taken in enumerate(admitted) if not taken]
        n_admitted += len(laps[-1])
    picks = np.array([position for taken in laps for position in taken][:n], dtype=np.intp)
    return picks, len(laps[0]) if laps else 0


def query_admitted(
    strategy: QueryStrategy,
    pool: PoolView,
    n: int,
    rng: np.random.Generator,
    new_lap: Callable[[], Admit],
) -> Picks:
    """Return the first `n` admitted picks of a strategy that is asked for more and more.

    It is asked with the same random stream each time, so a strategy that chooses one candidate
    after another goes on with what it chose before. When the whole pool does not hold `n` that go
    together, a further lap admits as if nothing had been admitted.

    Parameters
    ----------
    strategy : QueryStrategy
        Whose picks they are.
    pool : PoolView
        The pool.
    n : int
        1 to ``len(pool)``.
    rng : numpy.random.Generator
        Gives the strategy its stream.
    new_lap : callable
        See `first_admitted`.

    Returns
    -------
    ndarray of int, shape (n,)
        Distinct positions.
    """
    seed = int(rng.integers(2**63))
    asked = n
    while True:
        order = np.asarray(strategy(pool, asked, np.random.default_rng(seed)))
        picks, in_first_lap = first_admitted(order, n, new_lap)
        if in_first_lap >= n or asked >= len(pool):
            return picks
        asked = min(2 * asked, len(pool))


def at_most(groups: NDArray[np.intp], most: int) -> Callable[[], Admit]:
    """Return laps that admit at most so many positions of each group.

    Parameters
    ----------
    groups : ndarray of int, shape (n_pool,)
        The group of each position.
    most : int
        1 or more.

    Returns
    -------
    callable
        For `first_admitted`.
    """

    def new_lap() -> Admit:
        counts: dict[int, int] = {}

        def admit(position: int) -> bool:
            group = int(groups[position])
            counts[group] = counts.get(group, 0) + 1
            return counts[group] <= most

        return admit

    return new_lap


def sharing_nothing(candidates: NDArray[np.intp]) -> Callable[[], Admit]:
    """Return laps that admit only positions that share no sample in any column.

    Parameters
    ----------
    candidates : ndarray of int, shape (n_pool, n_modalities)
        The samples of each position.

    Returns
    -------
    callable
        For `first_admitted`.
    """

    def new_lap() -> Admit:
        used: set[tuple[int, int]] = set()

        def admit(position: int) -> bool:
            numbers = candidates[position].tolist()
            samples = {(column, n) for column, n in enumerate(numbers) if n >= 0}  # -1 is none
            if samples & used:
                return False
            used.update(samples)
            return True

        return admit

    return new_lap

"""Checks of how time and memory grow with the pool, against the announced cost class."""

from __future__ import annotations

import time
import tracemalloc
from typing import TYPE_CHECKING

import numpy as np
from threadpoolctl import threadpool_limits

from albench.execute.query_checks import checked_picks
from albench.testing.checks import Violation, guards_against
from albench.testing.strategies.queries import N, usual

if TYPE_CHECKING:
    from collections.abc import Callable

    from albench.testing.specimen import Specimen
    from albench.testing.strategies.problems import Problem

EXPONENTS = {"n": 1.0, "n log n": 1.1, "n b": 1.0, "n^2": 2.0}
"""The power of the pool's size that each cost class stands for."""

SLACK = 0.5
"""The tolerance of the exponent: far above the noise, and half a power below a square."""

UNNOTICED_SECONDS = 0.01
"""If a query of the largest pool takes less, growth does not matter."""

UNNOTICED_BYTES = 2**20


@guards_against("a query of a million candidates that never ends", covers=("cost",))
def time_grows_as_declared(specimen: Specimen) -> str:
    """The time of a query grows with the pool as its cost class says."""
    return _require_growth(specimen, "time", _seconds, UNNOTICED_SECONDS)


@guards_against("arrays of all pairs of candidates", covers=("cost",))
def memory_grows_as_declared(specimen: Specimen) -> str:
    """The peak memory of a query grows with the pool as its cost class says."""
    return _require_growth(specimen, "memory", _bytes, UNNOTICED_BYTES)


def _require_growth(
    specimen: Specimen,
    what: str,
    measure: Callable[[Specimen, Problem], float],
    unnoticed: float,
) -> str:
    declared = specimen.descriptor.cost
    problems = [usual(specimen, n_pool=size) for size in specimen.sizes]
    allowed = EXPONENTS[declared] + SLACK
    for _ in range(2):  # the machine may have been busy the first time
        measured = [measure(specimen, each) for each in problems]
        power = exponent(specimen.sizes, measured)
        if power <= allowed or measured[-1] < unnoticed:
            return f"{what} grows as n^{power:.2f}, declared is {declared}"
    raise Violation(
        f"{what} grows as n^{power:.2f} from {specimen.sizes[0]} to {specimen.sizes[-1]} "
        f"candidates, but the cost is declared as {declared!r} (n^{allowed:.1f} is allowed)"
    )


def exponent(sizes: tuple[int, ...], values: list[float]) -> float:
    """Return the power of the size with which a value grows, at the upper end.

    It is the slope of a line through the last three points, both axes logarithmic: at the lower
    end, constants hide the growth.

    >>> exponent((10, 20, 40, 80), [5.0, 4.0, 16.0, 64.0])
    2.0
    """
    x, y = np.log(sizes[-3:]), np.log(values[-3:])
    return round(float(np.polyfit(x, y, 1)[0]), 3)


def _seconds(specimen: Specimen, problem: Problem) -> float:
    """Return the shortest time of five queries, since other load can only add to it."""
    times = []
    for _ in range(5):
        strategy, view = specimen.build(), problem.view(specimen.descriptor.needs)
        # One thread, since threads that wait for each other count as processor time.
        with threadpool_limits(1):
            began = time.process_time()
            answer = strategy(view, N, np.random.default_rng(0))
            times.append(time.process_time() - began)
        checked_picks(answer, N, len(view), f"asked for {N} of {len(view)} candidates")
    return max(min(times), 1e-6)


def _bytes(specimen: Specimen, problem: Problem) -> float:
    """Return the peak memory of a query, as allocated by NumPy and Python."""
    strategy, view = specimen.build(), problem.view(specimen.descriptor.needs)
    tracemalloc.start()
    try:
        strategy(view, N, np.random.default_rng(0))
        return float(tracemalloc.get_traced_memory()[1])
    finally:
        tracemalloc.stop()

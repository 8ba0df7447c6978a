"""Strategies that compare all pairs of a pool too large for that, told while it is planned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench.api.large_pools import BOUNDED, EXACT
from albench.planning.cost import expected_sizes
from albench.plural import plural
from albench.usable_memory import usable_memory

if TYPE_CHECKING:
    from collections.abc import Iterable

    from albench.api.descriptors import Descriptor
    from albench.planning.cells import Cell
    from albench.spec import Limits

SECONDS_PER_PRODUCT = 2e-11
"""Of numbers multiplied and added, on a fast core: what is skipped would not end elsewhere."""

SECONDS_PER_PAIR = 1e-9
"""Beside the products: a distance is at least written and read once."""

BYTES_PER_PAIR = 4
"""Of the distances of all pairs in single precision."""


def compares_pairs(parts: Iterable[Descriptor]) -> list[str]:
    """Return the names of those whose cost is a square that does not end at `EXACT` candidates.

    Parameters
    ----------
    parts : iterable of Descriptor
        The strategy's own; of a wrapper, those of what it holds.

    Returns
    -------
    list of str
        In their order.
    """
    return [part.name for part in parts if part.cost == "n^2" and BOUNDED not in part.tags]


def about_pairs(
    cell: Cell, parts: Iterable[Descriptor], n_pool: int, length: int, limits: Limits
) -> str | None:
    """Return why a strategy cannot be afforded on a pool, and at what price; None if it can.

    Up to `EXACT` candidates everything is tried. Beyond, strategies of cost ``"n^2"`` are priced,
    unless they say that their square ends there (`BOUNDED`). Strategies that ship with albench keep
    no array of all pairs, and do say so: of those, none is skipped.

    Parameters
    ----------
    cell : Cell
        With its strategy and budget.
    parts : iterable of Descriptor
        The strategy's own; of a wrapper, those of what it holds.
    n_pool : int
        Candidates of the training part.
    length : int
        Numbers in a candidate's vectors.
    limits : Limits
        The specification's.

    Returns
    -------
    str or None
        A sentence.
    """
    squares = compares_pairs(parts)
    if not squares or n_pool <= EXACT:
        return None
    seconds = float(n_pool) ** 2 * (SECONDS_PER_PAIR + length * SECONDS_PER_PRODUCT)
    n_bytes = float(n_pool) ** 2 * BYTES_PER_PAIR
    n_queries = max(1, len(expected_sizes(cell)) - 1)
    memory = min(usable_memory(), (limits.memory_mb or float("inf")) * 2**20)
    if seconds * n_queries <= limits.cell_seconds and n_bytes <= memory:
        return None
    return (
        f"strategy {squares[0]} compares all pairs (cost n^2): a query on {n_pool:,} candidates "
        f"would take about {_time(seconds)} and, with the distances of all pairs in memory, "
        f"{_size(n_bytes)}; {plural(n_queries, 'query', 'queries')} may take "
        f"{_time(limits.cell_seconds)} (limits.cell_seconds) and {_size(memory)}: leave it out, or "
        "take fewer candidates"
    )


def _time(seconds: float) -> str:
    if seconds < 5400:
        return f"{max(1, round(seconds / 60))} min"
    return f"{seconds / 3600:,.0f} h"


def _size(n_bytes: float) -> str:
    return f"{n_bytes / 1e9:,.0f} GB"

"""How long a run will still take, judged by the cells that have ended; unknown before that."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from albench.planning import Cell

Kind = tuple[tuple[str, str, str, str], bool]


def kind_of(cell: Cell) -> Kind:
    """Return what a cell's duration depends on most: its block, and whether it is a reference.

    Cells of one kind take about as long.
    """
    return cell.block, cell.strategy is None


def seconds_left(
    left: Iterable[Cell], durations: Mapping[Kind, Sequence[float]], jobs: int
) -> float | None:
    """Return an estimate of the wall time that cells will take.

    Parameters
    ----------
    left : iterable of Cell
        Those still to be run.
    durations : mapping of kind to sequence of float
        Seconds of the cells that have ended.
    jobs : int
        How many run at once.

    Returns
    -------
    float or None
        Seconds; None while no cell has ended. A kind that has no ended cell yet is taken to last
        as long as the slowest kind that has.
    """
    typical = {kind: statistics.median(seconds) for kind, seconds in durations.items() if seconds}
    if not typical:
        return None
    cautious = max(typical.values())
    return sum(typical.get(kind_of(cell), cautious) for cell in left) / jobs

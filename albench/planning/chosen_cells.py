"""The planned cells that a slice chooses, and how shards deal them out."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from albench.errors import Complaint, InputError
from albench.planning.cost import expected_cost
from albench.spec.slices import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from albench.planning.cells import Cell, Skipped
    from albench.spec.slices import Slice

_UNITS_PER_SHARD = 4
"""With fewer repetitions a shard than this, cells are dealt out singly: else shards are uneven."""


def cells_of(part: Slice, cells: Sequence[Cell]) -> tuple[Cell, ...]:
    """Return the cells that a slice chooses.

    Parameters
    ----------
    part : Slice
        What is chosen.
    cells : sequence of Cell
        Of a whole plan.

    Returns
    -------
    tuple of Cell
        In the order of the plan.

    Raises
    ------
    InputError
        As of `Slice.of_places`; or if the shard has no cell.
    """
    if not part:
        return tuple(cells)
    chosen = part.of_places(place_of(cell) for cell in cells)
    kept = [cell for cell, is_chosen in zip(cells, chosen, strict=True) if is_chosen]
    if part.shard is None:
        return tuple(kept)
    number, n_shards = part.shard
    shard_of = _dealt(kept, n_shards)
    mine = tuple(cell for cell in kept if shard_of[cell.id] == number - 1)
    if not mine:
        problem = f"has no cell: there are only {len(shard_of)} to deal out"
        raise InputError([Complaint(f"--shard {number}/{n_shards}", problem)])
    return mine


def skips_of(part: Slice, skipped: Sequence[Skipped]) -> tuple[Skipped, ...]:
    """Return what a slice would choose of the combinations that cannot work.

    Parameters
    ----------
    part : Slice
        What is chosen; repetitions and shards aside.
    skipped : sequence of Skipped
        Of a whole plan.

    Returns
    -------
    tuple of Skipped
        In their order.
    """
    return tuple(skip for skip in skipped if part.may_admit(skip.place))


def place_of(cell: Cell) -> Place:
    """Return where a planned cell stands in the matrix."""
    cohort, modalities, model, budget = cell.block
    return Place(cohort, modalities, model, cell.strategy_label, budget, cell.repetition)


def _dealt(cells: Sequence[Cell], n_shards: int) -> dict[str, int]:
    """Return the shard of each cell: equal on all machines, with costs as equal as possible.

    What shares a round 0 stays together where that leaves enough to deal out.
    """
    together = _groups(cells, lambda cell: cell.round_zero_id)
    if len(together) < _UNITS_PER_SHARD * n_shards:
        together = _groups(cells, lambda cell: cell.id)
    costs = {
        key: sum(expected_cost(cell) for cell in group.values()) for key, group in together.items()
    }
    loads = [0.0] * n_shards
    shard_of: dict[str, int] = {}
    for key in sorted(together, key=lambda key: (-costs[key], key)):  # the dearest first
        lightest = loads.index(min(loads))
        loads[lightest] += costs[key]
        shard_of |= dict.fromkeys(together[key], lightest)
    return shard_of


def _groups(cells: Iterable[Cell], key: Callable[[Cell], str]) -> dict[str, dict[str, Cell]]:
    """Return cells by key and identity: one that two blocks share is there once."""
    groups: dict[str, dict[str, Cell]] = defaultdict(dict)
    for cell in cells:
        groups[key(cell)].setdefault(cell.id, cell)
    return groups

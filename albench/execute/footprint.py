"""What cells are expected to take of disk and memory."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from albench.planning.chosen_cells import place_of
from albench.planning.cost import expected_sizes
from albench.plural import plural

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from albench.planning import Cell
    from albench.records.schema import BlockKey, Finished
    from albench.spec.slices import Place

BYTES_A_PROBABILITY = 5.4
"""Of a journal: four, which hardly compress, as base64."""

BYTES_A_ROUND, BYTES_A_PICK = 320, 7
"""Of a journal, beside probabilities: a round's keys and times, and a number."""

PROCESS_MB = 500.0
"""What a process takes that trains a small network on vectors: libraries, nearly all of it."""

USUAL_PROBABILITIES = 1000
"""Of a test part that is not known: a hundred units of ten classes."""


@dataclass(frozen=True)
class Footprint:
    """What the cells of a block are expected to take.

    Parameters
    ----------
    disk_mb : float
        What those that are left add to the journal, in megabytes.
    memory_mb : float
        Resident memory of a process that carries one of them out, in MiB.
    """

    disk_mb: float
    memory_mb: float


@dataclass(frozen=True)
class Footprints:
    """What a plan is expected to take.

    Parameters
    ----------
    blocks : mapping of block to Footprint
        All that are planned.
    sureness : str
        What the memory rests on, as a clause. A journal's size follows from rounds and test units.
    """

    blocks: Mapping[BlockKey, Footprint]
    sureness: str


def footprints(
    cells: Sequence[Cell],
    done: Mapping[str, Finished],
    published_mb: Mapping[Place, float],
    probabilities: Mapping[str, int],
) -> Footprints:
    """Return what a plan is expected to take of disk and memory.

    Parameters
    ----------
    cells : sequence of Cell
        Planned.
    done : mapping of str to Finished
        Results of those that need no run, by identity.
    published_mb : mapping of Place to float
        Peak memory of published cells, in MiB.
    probabilities : mapping of str to int
        By cohort: test units times classes.

    Returns
    -------
    Footprints
        Memory of a kind of cells is the largest that one took, here or where it was published;
        of others the largest of any that is known, and without any `PROCESS_MB`.
    """
    unique = {cell.id: cell for cell in cells}
    here: dict[BlockKey, list[float]] = defaultdict(list)
    there: dict[BlockKey, list[float]] = defaultdict(list)
    for cell in unique.values():
        if cell.id in done and done[cell.id].peak_mb:
            here[cell.block].append(done[cell.id].peak_mb)
        elif megabytes := published_mb.get(place_of(cell)):
            there[cell.block].append(megabytes)
    megabytes_of = {block: max(megabytes) for block, megabytes in (there | here).items()}
    otherwise = max(megabytes_of.values(), default=PROCESS_MB)
    disk: dict[BlockKey, float] = dict.fromkeys((cell.block for cell in cells), 0.0)
    for cell in unique.values():
        if cell.id not in done:
            disk[cell.block] += _journal_bytes(cell, probabilities.get(cell.cohort))
    blocks = {
        block: Footprint(size / 1e6, megabytes_of.get(block, otherwise))
        for block, size in disk.items()
    }
    return Footprints(blocks, _sureness(len(blocks), len(here), len(there.keys() - here.keys())))


def _journal_bytes(cell: Cell, n_probabilities: int | None) -> float:
    sizes = expected_sizes(cell)
    n = USUAL_PROBABILITIES if n_probabilities is None else n_probabilities
    return len(sizes) * (BYTES_A_PROBABILITY * n + BYTES_A_ROUND) + BYTES_A_PICK * sizes[-1]


def _sureness(n_blocks: int, n_here: int, n_published: int) -> str:
    if n_here + n_published < n_blocks:
        n = n_blocks - n_here - n_published
        return f"a guess for {plural(n, 'block')}, of which no cell has run yet"
    return "by what is published" if n_published else "by cells that ran before"

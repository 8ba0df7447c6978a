"""Which cells of a plan need no new run, and which are stale since their source was edited."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from albench.plural import plural
from albench.records.counted import counted
from albench.records.results_folder import read_results
from albench.records.schema import CellStatus, Finished

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from albench.planning import Cell, Edit, Sources
    from albench.records.journal import JournalReading
    from albench.records.run_record import Pace

Successes = dict[str, list[Finished]]
"""Every success of each cell, by identity, in the order of the journal."""


@dataclass(frozen=True)
class Reuse:
    """What becomes of the results that are there.

    Parameters
    ----------
    done : mapping of str to Finished
        By identity: the result of each cell that needs no run.
    stale : mapping of str to tuple of Edit
        Cells that have a result and run again: a working copy that makes them was edited.
    edited : mapping of str to tuple of Edit
        Cells among `done` whose source differs from what made the result: a released distribution
        did not change its version, or the user wanted to keep them.
    recorded : frozenset of str
        Every cell that has a success, planned or not.
    unreadable : tuple of str
        What of the records could not be read, in sentences.
    given_up : frozenset of str
        Cells that failed in this run already and are not tried again in it.
    pace : Pace or None
        How fast the machine was on which they ran, if that is recorded.
    """

    done: Mapping[str, Finished]
    stale: Mapping[str, tuple[Edit, ...]]
    edited: Mapping[str, tuple[Edit, ...]]
    recorded: frozenset[str]
    unreadable: tuple[str, ...] = ()
    given_up: frozenset[str] = frozenset()
    pace: Pace | None = None

    def left(self, cells: Iterable[Cell]) -> list[Cell]:
        """Return the planned cells that are to be run, in the order of the plan."""
        settled = self.done.keys() | self.given_up
        return [cell for cell in cells if cell.id not in settled]

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the user should know, in sentences: what is damaged, and edited by component."""
        return (
            *self.unreadable,
            *_sentences(self.stale, "are stale and run again"),
            *_sentences(self.edited, "are kept all the same"),
        )


def reuse(
    cells: Iterable[Cell], there: Successes, sources: Sources, *, keep_edited: bool = False
) -> Reuse:
    """Return what needs no new run.

    Parameters
    ----------
    cells : iterable of Cell
        Planned.
    there : dict of str to list of Finished
        What `successes` gave.
    sources : Sources
        The source as it is now.
    keep_edited : bool
        Whether results of working copies that were edited are kept.

    Returns
    -------
    Reuse
        Of several results of a cell, the first that the present source made counts, or else the
        latest.
    """
    done: dict[str, Finished] = {}
    stale: dict[str, tuple[Edit, ...]] = {}
    edited: dict[str, tuple[Edit, ...]] = {}
    for cell in {cell.id: cell for cell in cells if cell.id in there}.values():
        result = counted(there[cell.id], sources.of(cell))
        edits = sources.edits_since(cell, result.sources)
        if any(edit.is_working_copy for edit in edits) and not keep_edited:
            stale[cell.id] = edits
            continue
        done[cell.id] = result
        if edits:
            edited[cell.id] = edits
    return Reuse(done, stale, edited, frozenset(there))


def successes(results: Path) -> Successes:
    """Return the successes that a run folder holds.

    Parameters
    ----------
    results : Path
        May be missing.

    Returns
    -------
    dict of str to list of Finished
        By identity.
    """
    return successes_of(read_results(results))


def successes_of(reading: JournalReading) -> Successes:
    """Return the successes among records that have been read.

    Parameters
    ----------
    reading : JournalReading
        Of a run folder or of published results.

    Returns
    -------
    dict of str to list of Finished
        By identity.
    """
    there: Successes = {}
    for end in reading.cells:
        if end.status is CellStatus.OK:
            there.setdefault(end.cell, []).append(end)
    return there


def _sentences(cells: Mapping[str, tuple[Edit, ...]], fate: str) -> Iterable[str]:
    files: dict[str, str] = {}
    counts: dict[str, int] = {}
    for edits in cells.values():
        for edit in edits:
            files[edit.name] = edit.file
            counts[edit.name] = counts.get(edit.name, 0) + 1
    for name, count in sorted(counts.items()):
        cells_were = plural(count, "cell was", "cells were")
        yield (
            f"{name}: {cells_were} made by another source than {files[name]} is now; they {fate}"
        )

"""Explain in a few sentences why a cell ran, was reused or is stale."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from albench.errors import InputError, RecordsError
from albench.plural import plural
from albench.records.counted import counted
from albench.records.printable import printable_data
from albench.records.results_folder import latest_run_of, read_results
from albench.records.run_record import PlannedRun
from albench.records.schema import CellStatus, Finished

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from albench.planning import Cell, Sources
    from albench.records.journal import Event, JournalReading
    from albench.records.run_record import PlannedCell


def explain(prefix: str, results: Path, cells: Sequence[Cell], sources: Sources | None) -> str:
    """Return the history of a cell, and whether the current plan still contains it.

    Parameters
    ----------
    prefix : str
        The beginning of the cell's identity.
    results : Path
        A results folder with a journal.
    cells : sequence of Cell
        The current plan; empty if there is none.
    sources : Sources or None
        The source of its components, as it is now; None if there is no plan.

    Returns
    -------
    str
        Its name, its outcome in each run, and whether the current plan would run it.

    Raises
    ------
    RecordsError
        If no recorded cell, or more than one, has this prefix.
    """
    reading = read_results(results)
    latest_run_of(reading, results)
    events = reading.events
    planned = _find(prefix, reading, results)
    lines = [f"cell {planned.cell}: {planned.label}"]
    lines += list(_history(planned.cell, reading))
    lines += list(_current_state(planned, cells))
    if sources is not None:
        lines += list(_sources(planned.cell, events, cells, sources))
    return "\n".join(lines)


def results_with(prefix: str, folders: Sequence[Path] = (Path("runs"), Path("results"))) -> Path:
    """Return the results folder whose table of cells lists a cell.

    Parameters
    ----------
    prefix : str
        The beginning of the cell's identity.
    folders : sequence of Path
        The folders of run folders and of published results, in the order they are looked through.

    Returns
    -------
    Path
        The first, if several list it.

    Raises
    ------
    InputError
        If none lists it.
    """
    for table in [table for folder in folders for table in sorted(folder.glob("*/cells.csv"))]:
        with table.open(encoding="utf-8", errors="replace") as lines:
            next(lines, None)  # the header begins with "cell", as a cell may with "ce"
            if any(line.startswith(prefix) for line in lines):
                return table.parent
    looked_at = " or ".join(f"{folder}/*/cells.csv" for folder in folders)
    raise InputError(f"no {looked_at} here has a cell that begins with {prefix!r}")


def _find(prefix: str, reading: JournalReading, results: Path) -> PlannedCell:
    matches = {
        planned.cell: planned
        for run in reading.runs
        for planned in run.cells
        if planned.cell.startswith(prefix)
    }
    if len(matches) == 1:
        return next(iter(matches.values()))
    if not matches:
        problem = f"{results}: no cell begins with {prefix!r}; cells.csv there lists them all"
        raise RecordsError([problem, *reading.warnings])
    shown = ", ".join(sorted(matches)[:5])
    raise RecordsError(f"{results}: {len(matches)} cells begin with {prefix!r}: {shown} ...")


def _history(cell: str, reading: JournalReading) -> Iterator[str]:
    events = reading.events
    sources = [e.source for e in events if _plans(e, cell)]
    ends = [
        (event.content, event.source)
        for event in events
        if isinstance(event.content, Finished) and event.content.cell == cell
    ]
    for end, source in ends:
        reason = f": {end.reason}" if end.reason else ""
        yield f"{end.status} after {end.seconds:.1f} s in {source}{reason}"
    successes = [source for end, source in ends if end.status is CellStatus.OK]
    if successes:
        later = sum(source > successes[0] for source in sources)
        if later:
            yield f"reused by {plural(later, 'later run')}: its identity had not changed"
    elif cell in reading.lost:
        yield reading.lost[cell]
    elif not ends:
        yield f"planned by {plural(len(sources), 'run')} and not finished in any"


def _plans(event: Event, cell: str) -> bool:
    run = event.content
    return isinstance(run, PlannedRun) and any(planned.cell == cell for planned in run.cells)


def _current_state(planned: PlannedCell, cells: Sequence[Cell]) -> Iterator[str]:
    if not cells:
        return
    if any(cell.id == planned.cell for cell in cells):
        yield "the specification still plans this cell, so a success is reused"
        return
    place = (*planned.system, planned.repetition)
    twins = [cell for cell in cells if _place(cell) == place]
    if not twins:
        yield "the specification no longer plans a cell in its place; it is kept but not reported"
        return
    changes = list(differences(planned.identity, printable_data(twins[0].identity())))
    yield f"stale: the specification now plans cell {twins[0].id} in its place, because of"
    yield from (f"  {change}" for change in changes)


def _sources(
    name: str, events: Sequence[Event], cells: Sequence[Cell], sources: Sources
) -> Iterator[str]:
    """Yield which source made the result that counts, and where it has been edited since."""
    cell = next((cell for cell in cells if cell.id == name), None)
    ends = [event.content for event in events if isinstance(event.content, Finished)]
    successes = [end for end in ends if end.cell == name and end.status is CellStatus.OK]
    if cell is None or not successes:
        return
    result = counted(successes, sources.of(cell))
    files = sources.files(cell)
    for part, digest in sorted(result.sources.items()):
        where = f" ({files[part]})" if files.get(part) else ""
        yield f"made by {part}{where} with the digest {digest}"
    for edit in sources.edits_since(cell, result.sources):
        fate = "so that it runs again" if edit.is_working_copy else "and it declares its version"
        yield f"{edit.file} of {edit.name} has the digest {edit.current} now, {fate}"


def _place(cell: Cell) -> tuple[str | int, ...]:
    return (*cell.block, cell.strategy_label, cell.repetition)


def differences(old: object, new: object, path: str = "") -> Iterator[str]:
    """Yield the differences between two identities.

    Parameters
    ----------
    old : object
        Plain data.
    new : object
        Plain data.
    path : str
        The keys that lead to them.

    Yields
    ------
    str
        ``model.options.width: 64 -> 128``.
    """
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted(old.keys() | new.keys()):
            inner = f"{path}.{key}" if path else str(key)
            yield from differences(old.get(key), new.get(key), inner)
    elif old != new:
        yield f"{path}: {old!r} -> {new!r}"

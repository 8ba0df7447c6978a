"""Explain in a few sentences why a cell ran, was reused or is stale."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from albench.errors import InputError, RecordsError
from albench.records import journal
from albench.records.printable import printable_data
from albench.records.schema import Finished, Status

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from albench.plan import Cell
    from albench.records.journal import Event

Planned = dict[str, Any]  # one entry of a run event's cells


def explain(prefix: str, results: Path, cells: Sequence[Cell]) -> str:
    """Return the history of a cell, and whether the current plan still contains it.

    Parameters
    ----------
    prefix : str
        The beginning of the cell's identity.
    results : Path
        A results folder with a journal.
    cells : sequence of Cell
        The current plan; empty if there is none.

    Returns
    -------
    str
        Its name, its outcome in each run, and whether the current plan would run it.

    Raises
    ------
    RecordsError
        If no recorded cell, or more than one, has this prefix.
    """
    events = journal.read(results / "journal").events
    planned = _find(prefix, events, results)
    lines = [f"cell {planned['cell']}: {_name(planned)}"]
    lines += list(_history(planned["cell"], events))
    lines += list(_current_state(planned, cells))
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
            if any(line.startswith(prefix) for line in lines):
                return table.parent
    looked_at = " or ".join(f"{folder}/*/cells.csv" for folder in folders)
    raise InputError(f"no {looked_at} here has a cell that begins with {prefix!r}")


def _find(prefix: str, events: Sequence[Event], results: Path) -> Planned:
    matches: dict[str, Planned] = {}
    for event in events:
        if event.event == "run":
            cells = event.data["cells"]
            matches |= {entry["cell"]: entry for entry in cells if entry["cell"].startswith(prefix)}
    if len(matches) == 1:
        return next(iter(matches.values()))
    if not matches:
        raise RecordsError(
            f"{results}: no cell begins with {prefix!r}; cells.csv there lists them all"
        )
    shown = ", ".join(sorted(matches)[:5])
    raise RecordsError(f"{results}: {len(matches)} cells begin with {prefix!r}: {shown} ...")


def _name(planned: Mapping[str, Any]) -> str:
    keys = ("cohort", "modalities", "model", "budget", "strategy")
    parts = [str(planned[key]) for key in keys]
    return " · ".join([*parts, f"repetition {planned['repetition']}"])


def _history(cell: str, events: Sequence[Event]) -> Iterator[str]:
    runs = [e for e in events if e.event == "run" and _plans(e, cell)]
    ends = [
        (Finished.from_json(e.data), e.source)
        for e in events
        if e.event == "cell" and e.data["cell"] == cell
    ]
    for end, source in ends:
        reason = f": {end.reason}" if end.reason else ""
        yield f"{end.status} after {end.seconds:.1f} s in {source}{reason}"
    successes = [source for end, source in ends if end.status is Status.OK]
    if successes:
        later = sum(run.source > successes[0] for run in runs)
        if later:
            yield f"reused by {later} later runs: its identity had not changed"
    elif not ends:
        yield f"planned by {len(runs)} runs and not finished in any"


def _plans(event: Event, cell: str) -> bool:
    return any(entry["cell"] == cell for entry in event.data["cells"])


def _current_state(planned: Planned, cells: Sequence[Cell]) -> Iterator[str]:
    if not cells:
        return
    if any(cell.id == planned["cell"] for cell in cells):
        yield "the specification still plans this cell, so a success is reused"
        return
    twins = [cell for cell in cells if _position(cell) == _position_of(planned)]
    if not twins:
        yield "the specification no longer plans a cell in its place; it is kept but not reported"
        return
    changes = list(differences(planned.get("identity"), printable_data(twins[0].identity())))
    yield f"stale: the specification now plans cell {twins[0].id} in its place, because of"
    yield from (f"  {change}" for change in changes)


def _position(cell: Cell) -> tuple[str, ...]:
    return (*cell.block, cell.strategy_label, str(cell.repetition))


def _position_of(planned: Planned) -> tuple[str, ...]:
    keys = ("cohort", "modalities", "model", "budget", "strategy", "repetition")
    return tuple(str(planned[key]) for key in keys)


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

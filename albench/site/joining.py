"""Joins the results of one benchmark from several sources, where they can be compared at all."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from albench.errors import Complaint, RecordsError
from albench.plural import plural
from albench.records.schema import CellStatus
from albench.records.tables import Records, agree
from albench.references import ALL_LABELS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from albench.records.run_record import PlannedCell
    from albench.records.schema import Finished, MeasuredPart
    from albench.site.sources import Source


@dataclass(frozen=True)
class Conflict:
    """A cell with two different results.

    Parameters
    ----------
    cell : str
        Its name.
    label : str
        Its system and repetition, for people.
    kept, other : str
        The sources of the result that counts and of the other.
    difference : str
        What differs first.
    """

    cell: str
    label: str
    kept: str
    other: str
    difference: str


@dataclass(frozen=True, eq=False)
class JoinedSite:
    """The results of one benchmark.

    Parameters
    ----------
    records : Records
        Of each cell, the first success in the order of the sources.
    sources : tuple of Source
        All that have cells of the benchmark.
    conflicts : tuple of Conflict
        Cells whose results differ between sources.
    """

    records: Records
    sources: tuple[Source, ...]
    conflicts: tuple[Conflict, ...]


def join(sources: Sequence[Source]) -> JoinedSite:
    """Return the results of one benchmark.

    Parameters
    ----------
    sources : sequence of Source
        At least one; all of one benchmark. The first says what the benchmark is.

    Returns
    -------
    JoinedSite
        With everything that any source has.

    Raises
    ------
    RecordsError
        If a source has a block with other settings, test parts of its own, or a strategy of the
        same label that is something else: these cannot be compared.
    """
    complaints = [
        Complaint(source.name, problem)
        for place, key in ((_repetition_of, _settings), (_place_of, _strategy))
        for source, problem in _contradictions(sources, place, key)
    ]
    complaints += _other_parts(sources)
    if complaints:
        raise RecordsError(complaints)
    finished: dict[str, Finished] = {}
    origin: dict[str, str] = {}
    conflicts: list[Conflict] = []
    labels = {cell.cell: cell.label for source in sources for cell in source.records.run.cells}
    for source in sources:
        for name, end in source.records.finished.items():
            first = finished.get(name)
            if first is None or (first.status is not CellStatus.OK and end.status is CellStatus.OK):
                finished[name], origin[name] = end, source.name
            elif end.status is CellStatus.OK and not agree(first, end):
                difference = _difference(first, end)
                pair = origin[name], source.name
                conflicts.append(Conflict(name, labels[name], *pair, difference))
    own = {cell for source in sources for cell in source.records.conflicts}
    differing = tuple(sorted(own | {conflict.cell for conflict in conflicts}))
    records = Records(_run(sources), finished, dict.fromkeys(finished, 1), differing)
    return JoinedSite(records, tuple(sources), tuple(conflicts))


def _run(sources: Sequence[Source]) -> Any:  # a PlannedRun, by pydantic's copy
    """Return the first source's run with what the others add."""
    runs = [source.records.run for source in sources]
    named = {
        key: {name: value for run in reversed(runs) for name, value in getattr(run, key).items()}
        for key in ("cohorts", "models", "budgets")
    }
    cells = {cell.cell: cell for run in reversed(runs) for cell in run.cells}
    plugins = {part.name: part for run in reversed(runs) for part in run.plugins}
    changed = named | {
        "cells": tuple(cells.values()),
        "plugins": tuple(sorted(plugins.values(), key=lambda part: (part.kind, part.name))),
        "repetitions": max(run.repetitions for run in runs),
        "sequential": next((run.sequential for run in runs if run.sequential), None),
        "matrix_cells": max(len(cells), *(run.matrix_cells for run in runs)),
    }
    return runs[0].model_copy(update=changed)


def _repetition_of(cell: PlannedCell) -> tuple[Any, ...]:
    is_reference = cell.strategy == ALL_LABELS
    return *cell.system[:4], cell.repetition, is_reference


def _settings(cell: PlannedCell) -> str:
    return _text({key: value for key, value in cell.identity.items() if key != "strategy"})


def _place_of(cell: PlannedCell) -> tuple[Any, ...]:
    return *cell.system, cell.repetition


def _strategy(cell: PlannedCell) -> str:
    return _text(cell.identity.get("strategy"))


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True)


def _contradictions(
    sources: Sequence[Source],
    place: Callable[[PlannedCell], tuple[Any, ...]],
    key: Callable[[PlannedCell], str],
) -> Iterable[tuple[Source, str]]:
    """Yield each source that contradicts an earlier one, with the reason."""
    first: dict[tuple[Any, ...], tuple[str, str]] = {}
    for source in sources:
        for cell in source.records.run.cells:
            value, other = first.setdefault(place(cell), (key(cell), source.name))
            if value != key(cell) and other != source.name:
                what = _named_difference(value, key(cell))
                yield source, f"{cell.label} has another {what} than in {other}: not comparable"
                break


def _named_difference(one: str, other: str) -> str:
    """Return the first key in which two settings differ."""
    before, after = json.loads(one) or {}, json.loads(other) or {}
    keys = sorted({*before, *after})
    return next((key for key in keys if before.get(key) != after.get(key)), "setting")


def _other_parts(sources: Sequence[Source]) -> list[Complaint]:
    """Return complaints about test parts that a source has for itself."""
    first: dict[tuple[Any, ...], tuple[MeasuredPart, str]] = {}
    complaints = []
    for source in sources:
        for cell in source.records.run.cells:
            end = source.records.finished.get(cell.cell)
            if end is None or end.part is None:
                continue
            place = cell.cohort, cell.modalities, cell.repetition
            part, other = first.setdefault(place, (end.part, source.name))
            if (part.units, part.labels) != (end.part.units, end.part.labels):
                problem = f"{cell.label} has other test units or labels than {other}"
                complaints.append(Complaint(source.name, f"{problem}: not comparable"))
                break
    return complaints


def _difference(first: Finished, second: Finished) -> str:
    if len(first.rounds) != len(second.rounds):
        return f"{len(first.rounds)} and {plural(len(second.rounds), 'round')}"
    for before, after in zip(first.rounds, second.rounds, strict=True):
        if before.picked != after.picked:
            return f"the picks of round {before.round}"
        if before.proba != after.proba:
            return f"the probabilities of round {before.round}"
    return "the test part"

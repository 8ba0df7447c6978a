"""Whether what a journal line says can be what albench wrote."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from albench.records.schema import Finished

EVENTS = ("run", "cell", "end")
LARGEST = 2**53
"""No count or class number is larger: tables hold numbers exactly up to here."""


def problem_of(event: object, data: object) -> str:
    """Return what is wrong with an event.

    Parameters
    ----------
    event : object
        ``run``, ``cell`` or ``end``.
    data : object
        What is said of it.

    Returns
    -------
    str
        The end of a sentence about it; empty if nothing is wrong.
    """
    if event not in EVENTS:
        return f"has the event {str(event)[:40]!r}, which is none of {', '.join(EVENTS)}"
    if not isinstance(data, dict):
        return f"has no data of its event {event!r}"
    if event == "run":
        return _problem_of_run(data)
    return _problem_of_cell(data) if event == "cell" else ""


def _problem_of_run(data: dict[str, Any]) -> str:
    cells = data.get("cells")
    if not isinstance(cells, list):
        return "is of a run without a list of cells"
    if not all(isinstance(entry, dict) and isinstance(entry.get("cell"), str) for entry in cells):
        return "is of a run with a cell that has no identity"
    return ""


def _problem_of_cell(data: dict[str, Any]) -> str:
    try:
        found = _finished().validate_python(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        key = ".".join(map(str, first["loc"]))
        return f"is of a cell whose {key!r} is wrong ({first['msg'].lower()})"
    if not all(math.isfinite(number) and abs(number) <= LARGEST for number in _numbers(found)):
        return "is of a cell with a number that cannot be"
    return ""


@cache
def _finished() -> TypeAdapter[Finished]:
    return TypeAdapter(Finished)


def _numbers(found: Finished) -> list[float]:
    numbers: list[float] = [found.seconds, found.peak_mb]
    if found.part is not None:
        part = found.part
        numbers += [*part.labels, *part.marks.values(), part.n_candidates, part.n_subjects]
        numbers += [part.n_test_candidates, part.n_test_subjects]
    for entry in found.rounds:
        numbers += [*entry.picked, *entry.marks.values(), entry.round, entry.n_labelled]
        numbers += [entry.n_labelled_subjects, entry.query_seconds, entry.train_seconds]
        numbers += [entry.evaluate_seconds]
    return numbers

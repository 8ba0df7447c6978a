"""Whether what a journal line says can be what albench wrote."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from albench.errors import RecordsError
from albench.records.schema import Finished, unpack

if TYPE_CHECKING:
    from collections.abc import Iterator

EVENTS = ("run", "cell", "end")
LARGEST = 2**53
"""No count or class number is larger: tables hold numbers exactly up to here."""

Count = Annotated[int, Field(ge=0, le=LARGEST)]
Told = dict[str, Any]  # plain data that nobody but a person reads


class _Read(BaseModel):
    """What is read of a part of a run event; there is more, and earlier versions told less."""

    model_config = ConfigDict(strict=True)


class PlannedCell(_Read):
    """A cell as a run event tells it."""

    cell: str
    cohort: str
    modalities: str
    model: str
    budget: str
    strategy: str
    strategy_plugin: str
    repetition: Count
    identity: Told = {}


class ToldCohort(_Read):
    """A cohort as a run event tells it."""

    ordered: bool = False
    evaluation: str = ""


class RunData(_Read):
    """A run event."""

    name: str
    cells: list[PlannedCell]
    cohorts: dict[str, ToldCohort] = {}
    models: dict[str, str] = {}
    budgets: dict[str, str] = {}
    plugins: list[Told] = []
    skipped: list[dict[str, str]] = []
    repetitions: Count = 0


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
    try:
        if event == "run":
            RunData.model_validate(data)
        elif event == "cell":
            flaw = next(_flaws(Finished.from_json(data)), "")
            return flaw and f"is of a cell {flaw}"
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        key = ".".join(map(str, first["loc"]))
        return f"is of a {event} whose {key!r} is wrong ({first['msg'].lower()})"
    return ""


def _flaws(found: Finished) -> Iterator[str]:
    """Yield what cannot be; a later check may rely on those before it."""
    if not all(math.isfinite(number) and 0 <= number <= LARGEST for number in _numbers(found)):
        yield "with a number that cannot be"
    if [entry.round for entry in found.rounds] != list(range(len(found.rounds))):
        yield "whose rounds are not numbered from 0"
    if found.part is None:
        return
    if len(found.part.units) != len(found.part.labels) or not found.part.n_candidates:
        yield "whose test part contradicts itself"
    yield from _flaws_of_rounds(found)


def _flaws_of_rounds(found: Finished) -> Iterator[str]:
    labels, marks = ([], {}) if found.part is None else (found.part.labels, found.part.marks)
    widths = set()
    for entry in found.rounds:
        try:
            proba = unpack(entry.proba)
        except RecordsError:
            yield f"whose probabilities of round {entry.round} are damaged"
            return
        if len(proba) != len(labels) or not np.isfinite(proba).all():
            yield f"whose round {entry.round} lacks probabilities of some test units"
        if marks.keys() - entry.marks.keys():
            yield f"whose round {entry.round} does not tell all marks"
        widths.add(proba.shape[1])
    if len(widths) > 1 or (widths and max(labels, default=0) >= min(widths)):
        yield "whose rounds are not about one set of classes"


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

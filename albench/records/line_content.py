"""What a journal line says, as typed data; lines that albench cannot have written are refused."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import ValidationError

from albench.errors import RecordsError
from albench.records.run_record import LARGEST, PlannedRun
from albench.records.schema import Finished, unpack

if TYPE_CHECKING:
    from collections.abc import Iterator

EVENTS = ("run", "cell", "end")

Remark = dict[str, Any]  # plain data that nobody but a person reads: how a run ended
Content = PlannedRun | Finished | Remark


def content_of(event: object, data: object) -> Content:
    """Return what an event says.

    Parameters
    ----------
    event : object
        ``run``, ``cell`` or ``end``.
    data : object
        Plain data, all texts of which are printable.

    Returns
    -------
    PlannedRun, Finished or dict
        Of a run, a cell, or an end.

    Raises
    ------
    ValueError
        With the end of a sentence about the line, if albench cannot have written it.
    """
    if event not in EVENTS:
        raise ValueError(f"has the event {str(event)[:40]!r}, which is none of {', '.join(EVENTS)}")
    if not isinstance(data, dict):
        raise ValueError(f"has no data of its event {event!r}")  # noqa: TRY004  # a flaw like others
    try:
        if event == "run":
            return PlannedRun.model_validate(data)
        if event == "end":
            return data
        finished = Finished.from_json(data)
    except ValidationError as error:
        raise ValueError(f"is of a {event} {_first_flaw(error)}") from error
    if flaw := next(_flaws(finished), ""):
        raise ValueError(f"is of a cell {flaw}")
    return finished


def _first_flaw(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    key = ".".join(map(str, first["loc"]))
    return f"whose {key!r} is wrong ({first['msg'].lower()})" if key else f"({first['msg']})"


def _flaws(finished: Finished) -> Iterator[str]:
    """Yield what cannot be; a later check may rely on those before it."""
    if not all(math.isfinite(number) and 0 <= number <= LARGEST for number in _numbers(finished)):
        yield "with a number that cannot be"
    if [entry.round for entry in finished.rounds] != list(range(len(finished.rounds))):
        yield "whose rounds are not numbered from 0"
    if finished.part is None:
        return
    if len(finished.part.units) != len(finished.part.labels) or not finished.part.n_candidates:
        yield "whose test part contradicts itself"
    yield from _flaws_of_rounds(finished)


def _flaws_of_rounds(finished: Finished) -> Iterator[str]:
    labels, marks = (
        ([], {}) if finished.part is None else (finished.part.labels, finished.part.marks)
    )
    widths = set()
    for entry in finished.rounds:
        if entry.scores and not entry.proba:  # published without
            continue
        try:
            proba = unpack(entry.proba)
        except RecordsError:
            yield f"whose probabilities of round {entry.round} are damaged"
            return
        if len(proba) != len(labels) or not np.isfinite(proba).all():
            yield f"whose round {entry.round} lacks probabilities of some test units"
        if marks.keys() - entry.marks.keys():
            yield f"whose round {entry.round} does not count all marks"
        widths.add(proba.shape[1])
    if len(widths) > 1 or (widths and max(labels, default=0) >= min(widths)):
        yield "whose rounds are not about one set of classes"


def _numbers(finished: Finished) -> list[float]:
    numbers: list[float] = [finished.seconds, finished.peak_mb, *finished.retries.values()]
    if finished.part is not None:
        part = finished.part
        numbers += [*part.labels, *part.marks.values(), part.n_candidates, part.n_subjects]
        numbers += [part.n_test_candidates, part.n_test_subjects]
    for entry in finished.rounds:
        numbers += [*entry.picked, *entry.marks.values(), entry.round, entry.n_labelled]
        numbers += [entry.n_labelled_subjects, entry.query_seconds, entry.train_seconds]
        numbers += [entry.evaluate_seconds, *entry.measured.values(), *entry.acquired]
    return numbers

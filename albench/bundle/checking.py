"""Checks the records of a bundle, and scores its cells again from their probabilities."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from albench.bundle.unpacking import unpack_bundle
from albench.errors import Complaint, RecordsError
from albench.execute import scratch
from albench.metrics.catalogue import scores
from albench.planning.cells import digest
from albench.plural import plural
from albench.publish.read import read
from albench.records.line_content import content_of
from albench.records.schema import CellStatus, unpack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from albench.records.run_record import PlannedCell
    from albench.records.schema import Finished, Round
    from albench.records.tables import Records

TOLERANCE = 2e-3
"""How far a score may be from what the rounded probabilities of a bundle give."""

MOST_TOLD = 10
"""Faults of one bundle that are listed; the others are counted."""


@dataclass(frozen=True, eq=False)
class CheckedBundle:
    """A bundle that holds.

    Parameters
    ----------
    records : Records
        With the scores that its probabilities give, whatever its tables say.
    n_scores : int
        How many scores were compared.
    edited : tuple of str
        Components whose digest in some cell is another than that of the run.
    """

    records: Records
    n_scores: int
    edited: tuple[str, ...]


def check_bundle(bundle: Path) -> CheckedBundle:
    """Return the records of a bundle, if it holds.

    Parameters
    ----------
    bundle : Path
        From anywhere.

    Returns
    -------
    CheckedBundle
        Every cell has the name that its identity gives, a plan that agrees with the identity,
        rounds that add up, and scores that its probabilities give.

    Raises
    ------
    RecordsError
        If not: what is wrong with which cell.
    """
    with tempfile.TemporaryDirectory(dir=scratch.folder()) as name:
        unpack_bundle(bundle, Path(name))
        try:
            return check_records(read(Path(name)), str(bundle))
        except RecordsError as error:
            raise RecordsError(
                [_placed(bundle, name, entry) for entry in error.complaints]
            ) from error


def check_records(records: Records, where: str) -> CheckedBundle:
    """Return records, if they hold.

    Parameters
    ----------
    records : Records
        Of published results.
    where : str
        Where they are from, for complaints.

    Returns
    -------
    CheckedBundle
        As of `check_bundle`.

    Raises
    ------
    RecordsError
        As of `check_bundle`.
    """
    planned = {cell.cell: cell for cell in records.run.cells}
    problems = [flaw for cell in records.run.cells for flaw in _flaws_of_plan(cell, records)]
    scored: dict[str, Finished] = {}
    n_scores = 0
    for name, end in records.finished.items():
        flaws = list(_flaws_of_end(end, planned[name]))
        problems += [f"cell {name} {flaw}" for flaw in flaws]
        if flaws or end.part is None:
            continue
        ordered = records.run.cohorts[planned[name].cohort].ordered
        scored[name], altered, n_compared = _scored_again(end, ordered=ordered)
        problems += [f"cell {name}, {flaw}" for flaw in altered]
        n_scores += n_compared
    if not any(end.status is CellStatus.OK for end in records.finished.values()):
        problems.append("no cell succeeded: there is nothing to rank")
    if problems:
        shown = [Complaint(where, problem) for problem in problems[:MOST_TOLD]]
        rest = len(problems) - len(shown)
        more = [Complaint(where, f"and {plural(rest, 'more fault')} like these")] if rest else []
        raise RecordsError([*shown, *more])
    finished = dict(records.finished) | scored
    return CheckedBundle(replace(records, finished=finished), n_scores, _edited(records))


def _placed(bundle: Path, folder: str, complaint: Complaint | str) -> Complaint:
    """Return a complaint about the bundle instead of the folder that it was unpacked to."""
    if isinstance(complaint, str):
        return Complaint(str(bundle), complaint.replace(folder, "").lstrip("/"))
    inner = complaint.where.removeprefix(folder).lstrip("/")
    outer = str(bundle)
    where = outer if inner in ("", outer) else f"{outer}, {inner}"
    return Complaint(where, complaint.problem.replace(f"{folder}/", ""))


def _flaws_of_plan(cell: PlannedCell, records: Records) -> Iterator[str]:
    if digest(cell.identity) != cell.cell:
        yield f"cell {cell.cell} has a name that its identity does not give"
        return
    identity: dict[str, Any] = cell.identity
    try:
        claims = {
            "cohort": (identity["cohort"], cell.cohort),
            "modalities": ("+".join(identity["modalities"]), cell.modalities),
            "repetition": (identity["repetition"], cell.repetition),
            "strategy": ((identity["strategy"] or {"plugin": ""})["plugin"], cell.strategy_plugin),
            "seed": (identity["seed"], records.run.seed),
        }
    except (KeyError, TypeError):
        yield f"cell {cell.cell} has an identity that albench does not write"
        return
    for key, (own, planned) in claims.items():
        if own != planned:
            yield f"cell {cell.cell} is planned with another {key} than its identity says"


def _flaws_of_end(end: Finished, cell: PlannedCell) -> Iterator[str]:
    try:
        content_of("cell", end.to_json())
    except ValueError as error:
        yield f"cannot be: it {error}"
        return
    if end.status is not CellStatus.OK:
        return
    if end.part is None or not end.rounds:
        yield "succeeded without a test part or a round"
        return
    if not all(entry.proba for entry in end.rounds):
        yield "comes without probabilities, so that its scores cannot be checked"
    bought = [candidate for entry in end.rounds for candidate in entry.picked]
    if len(set(bought)) != len(bought):
        yield "bought a candidate twice"
    sizes = np.cumsum([len(entry.picked) for entry in end.rounds]).tolist()
    if cell.identity["strategy"] is not None and sizes != [e.n_labelled for e in end.rounds]:
        yield "counts other labels than it bought"
    if any(later.n_labelled < earlier.n_labelled for earlier, later in pairwise(end.rounds)):
        yield "has fewer labels in a later round"


def _scored_again(end: Finished, *, ordered: bool) -> tuple[Finished, list[str], int]:
    """Return a cell with scores from its probabilities, those that were altered, and a count."""
    labels = np.asarray([] if end.part is None else end.part.labels, dtype=np.intp)
    rounds: list[Round] = []
    altered: list[str] = []
    n_compared = 0
    for entry in end.rounds:
        if not entry.proba:
            rounds.append(entry)
            continue
        again = scores(labels, unpack(entry.proba), ordered=ordered)
        compared = sorted(entry.scores.keys() & again.keys())
        n_compared += len(compared)
        altered += [
            f"round {entry.round}: {name} is stated as {entry.scores[name]:.6g}, and its "
            f"probabilities give {again[name]:.6g}"
            for name in compared
            if not _close(entry.scores[name], again[name])
        ]
        rounds.append(replace(entry, scores=entry.scores | again))
    return replace(end, rounds=rounds), altered, n_compared


def _close(stated: float, again: float) -> bool:
    return bool(np.isclose(stated, again, rtol=TOLERANCE, atol=TOLERANCE, equal_nan=True))


def _edited(records: Records) -> tuple[str, ...]:
    sources = {part.name: part.source for part in records.run.plugins}
    return tuple(
        sorted(
            {
                name
                for end in records.finished.values()
                for name, own in end.sources.items()
                if sources.get(name, own) != own
            }
        )
    )

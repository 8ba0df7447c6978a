"""The second stage: every table that is published, and the manifest, from the records of a run."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from albench.analysis import summaries
from albench.analysis.summaries import CellPredictions, Outcomes
from albench.errors import RecordsError
from albench.metrics.catalogue import METRICS, scores
from albench.metrics.chosen import more_scores
from albench.records import tables
from albench.records.manifest import Manifest
from albench.records.retry_causes import summed
from albench.records.run_record import RunRecord
from albench.records.schema import CellStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from albench.analysis.summaries import Summaries
    from albench.records.run_record import PlannedCell, PlannedRun
    from albench.records.schema import Finished
    from albench.records.tables import Predictions, Records


@dataclass(frozen=True, eq=False, kw_only=True)
class Scored:
    """Manifest, cells and scores of a run: what most questions about it need.

    Parameters
    ----------
    manifest : Manifest
        The run's record, and how it ended.
    cells : DataFrame
        One row a planned cell.
    rounds : DataFrame
        One row per cell and round: sizes and times.
    scores : DataFrame
        `rounds` with every metric.
    """

    manifest: Manifest
    cells: pd.DataFrame
    rounds: pd.DataFrame
    scores: pd.DataFrame


@dataclass(frozen=True, eq=False, kw_only=True)
class Tables(Scored):
    """All that is published of a run, before it is written.

    Parameters
    ----------
    marks : DataFrame
        One row per cell, round and mark.
    selections : DataFrame
        One row per candidate bought.
    acquired : DataFrame
        One row per modality of a subject that was bought by itself.
    predictions : DataFrame
        One row per cell, round and test unit.
    summaries : Summaries
        Tables of the systems that papers are about.
    """

    marks: pd.DataFrame
    selections: pd.DataFrame
    acquired: pd.DataFrame
    predictions: pd.DataFrame
    summaries: Summaries


def scored(records: Records, answers: Sequence[Predictions] | None = None) -> Scored:
    """Return manifest, cells and scores of a run.

    Parameters
    ----------
    records : Records
        The result of `read`.
    answers : sequence of Predictions or None
        Its probabilities, if they have been unpacked.

    Returns
    -------
    Scored
        The same for the same records.
    """
    cells = tables.cells_table(records)
    rounds = tables.rounds_table(records)
    answers = tables.predictions(records) if answers is None else answers
    return Scored(
        manifest=_manifest(records, cells),
        cells=cells,
        rounds=rounds,
        scores=_scores(records, rounds, answers),
    )


def derive(records: Records) -> Tables:
    """Return everything that is published of a run.

    Parameters
    ----------
    records : Records
        The result of `read`.

    Returns
    -------
    Tables
        The same for the same records.

    Raises
    ------
    RecordsError
        If a success has no test part, or its probabilities are damaged.
    """
    answers = tables.predictions(records)
    first = scored(records, answers)
    return Tables(
        manifest=first.manifest,
        cells=first.cells,
        rounds=first.rounds,
        scores=first.scores,
        marks=tables.marks_table(records),
        selections=tables.selections_table(records),
        acquired=tables.acquired_table(records),
        predictions=tables.predictions_table(answers),
        summaries=summaries.summarise(_outcomes(records, answers), records.run.published),
    )


def _manifest(records: Records, cells: pd.DataFrame) -> Manifest:
    seconds = sum(cell.seconds for cell in records.finished.values())
    return Manifest(
        **{key: getattr(records.run, key) for key in RunRecord.model_fields},
        seconds=round(seconds, 1),
        finished=bool((cells["status"] == "ok").all()),
        conflicts=records.conflicts,
        edited=_edited(records),
        judged_before=records.judged_before,
        asked_before=records.asked_before,
        retries=summed(end.retries for end in records.finished.values()),
    )


def _edited(records: Records) -> dict[str, int]:
    """Return how many successes were made by another source of a component than the run's."""
    sources = {part.name: part.source for part in records.run.plugins}
    successes = (end for end in records.finished.values() if end.status is CellStatus.OK)
    changed = Counter(
        name
        for end in successes
        for name, digest in end.sources.items()
        if sources.get(name, digest) != digest
    )
    return dict(sorted(changed.items()))


def _scores(records: Records, rounds: pd.DataFrame, answers: Sequence[Predictions]) -> pd.DataFrame:
    cohorts = records.run.cohorts
    ordered = {cell.cell for cell in records.run.cells if cohorts[cell.cohort].ordered}
    published = {
        (cell, entry.round)
        for cell, end in records.finished.items()
        for entry in end.rounds
        if entry.scores
    }
    classes = {cell.cell: cohorts[cell.cohort].class_order for cell in records.run.cells}
    asked = records.run.judging.metrics
    scored = [
        {"cell": entry.cell, "round": entry.round}
        | scores(entry.labels, entry.proba, ordered=entry.cell in ordered)
        | more_scores(asked, classes[entry.cell], entry.labels, entry.proba)
        for entry in answers
        if (entry.cell, entry.round) not in published
    ]
    scored += [
        {"cell": cell, "round": entry.round} | entry.scores
        for cell, end in sorted(records.finished.items())
        for entry in end.rounds
        if entry.scores
    ]
    if not scored:
        return rounds
    merged = rounds.merge(pd.DataFrame(scored), on=["cell", "round"], validate="one_to_one")
    metrics = [metric.name for metric in METRICS if metric.name in merged]
    return merged[list(dict.fromkeys([*rounds.columns, *metrics, *merged.columns]))]


def _outcomes(records: Records, answers: Sequence[Predictions]) -> Outcomes:
    """Return what the cells answered that published tables and claims are about."""
    judged = records.run.published.points()
    by_cell: dict[str, list[Predictions]] = {}
    for entry in answers:
        by_cell.setdefault(entry.cell, []).append(entry)
    outcomes: Outcomes = {}
    for planned in records.run.cells:
        end = records.finished.get(planned.cell)
        if _is_added(planned, records.run):
            continue
        if planned.system in judged and end is not None and end.status is CellStatus.OK:
            by_subject = records.run.cohorts[planned.cohort].evaluation == "subject"
            outcome = _outcome(end, by_cell.get(planned.cell, []), by_subject=by_subject)
            outcomes.setdefault(planned.system, {})[planned.repetition] = outcome
    return outcomes


def _is_added(planned: PlannedCell, run: PlannedRun) -> bool:
    """Return whether a cell is of a repetition that was added because of results."""
    return run.sequential is not None and planned.repetition >= run.sequential.planned


def _outcome(end: Finished, answers: Sequence[Predictions], *, by_subject: bool) -> CellPredictions:
    if end.part is None or not answers:
        raise RecordsError(f"cell {end.cell} succeeded without a test part: run it again")
    n_labelled = np.array([entry.n_labelled for entry in end.rounds], dtype=float)
    return CellPredictions(
        # A candidate is called by its subject and its samples.
        subjects=tuple(u if by_subject else u.rpartition(":")[0] for u in end.part.units),
        labels=answers[0].labels,
        proba=np.stack([entry.proba for entry in answers]),
        shares=n_labelled / end.part.n_candidates,
    )

"""Tables of the journal: cells, rounds, selections, modalities, marks and predictions."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from itertools import repeat
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from albench.errors import RecordsError
from albench.metrics.catalogue import scores
from albench.records.counted import counted
from albench.records.schema import CellStatus, Finished, unpack
from albench.records.spending import spent
from albench.references import ALL_LABELS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from albench.records.journal import JournalReading
    from albench.records.run_record import PlannedCell, PlannedRun
    from albench.records.schema import Round
    from albench.records.sequential import Sequential
    from albench.spec.judging import Judging

CELL_COLUMNS = (
    "cell",
    "cohort",
    "modalities",
    "model",
    "budget",
    "strategy",
    "strategy_plugin",
    "repetition",
)
PART_COLUMNS = (
    "n_candidates",
    "n_subjects",
    "n_test_candidates",
    "n_test_subjects",
    "split_hash",
    "first_labels_hash",
    "weights_hash",
    "batches_hash",
)
PICKS_COLUMN = "picks_hash"
MEASURED = "n_measured "
"""How columns begin that count the labelled subjects with a modality; its name follows."""
COST = "cost"
FATE_COLUMNS = ("status", "reason", "attempts", "seconds", "peak_mb")


LOST = "the line of the journal that held its result is damaged"
"""The reason of a missing cell that had a result; names no file, since hosts are in their names."""

TOLERANCE = 1e-4
"""How far probabilities and scores of another processor or version may be off: last digits."""

ROUNDED = 5e-3
"""How far published probabilities may be from those of the run: their logarithms are rounded."""


@dataclass(frozen=True, eq=False)
class Predictions:
    """The test probabilities of one round of one cell.

    Parameters
    ----------
    cell : str
        The cell.
    round : int
        The round.
    units : tuple of str, length n_units
        The test units: subjects, or candidates as ``subject:samples``.
    labels : ndarray of int, shape (n_units,)
        The class numbers.
    proba : ndarray of float32, shape (n_units, n_classes)
        The probabilities.
    """

    cell: str
    round: int
    units: tuple[str, ...]
    labels: NDArray[np.intp]
    proba: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Records:
    """What a results folder's journal says, one verdict a cell.

    Parameters
    ----------
    run : PlannedRun
        The latest run.
    finished : mapping of str to Finished
        By cell: its first success, or its last failure.
    attempts : mapping of str to int
        How often each cell was tried.
    conflicts : tuple of str
        Cells of which two successes of one source differ.
    judged_before : tuple of Judging
        How earlier runs were to be judged, where the latest says otherwise; each once.
    asked_before : tuple of Sequential
        What earlier runs were to decide, where the latest says otherwise; each once.
    lost : mapping of str to str
        By cell: why the only result that it had can no longer be read.
    warnings : tuple of str
        What could not be read, in sentences.
    """

    run: PlannedRun
    finished: Mapping[str, Finished]
    attempts: Mapping[str, int]
    conflicts: tuple[str, ...]
    judged_before: tuple[Judging, ...] = ()
    asked_before: tuple[Sequential, ...] = ()
    lost: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def purchases(self) -> Iterator[tuple[PlannedCell, Finished]]:
        """Yield the cells in which a strategy bought and that succeeded, in the order of the plan.

        Yields
        ------
        (PlannedCell, Finished)
            References buy nothing, and are left out.
        """
        for cell in self.run.cells:
            end = self.finished.get(cell.cell)
            if cell.strategy != ALL_LABELS and end is not None and end.status is CellStatus.OK:
                yield cell, end


def gather(reading: JournalReading) -> Records:
    """Return one verdict a cell from all events.

    Parameters
    ----------
    reading : JournalReading
        The journal of one results folder.

    Returns
    -------
    Records
        Of each cell, the first success that the latest run's source made counts, or else the
        latest; another success of the same source that differs is a conflict.

    Raises
    ------
    RecordsError
        If there is no run event.
    """
    if not reading.runs:
        raise RecordsError(
            ["the journal has no run in it: run the benchmark first", *reading.warnings]
        )
    ends: dict[str, list[Finished]] = {}
    for end in reading.cells:
        ends.setdefault(end.cell, []).append(end)
    run = reading.runs[-1]
    sources = {part.name: part.source for part in run.plugins}
    finished = {cell: counted(results, sources) for cell, results in ends.items()}
    attempts = {cell: len(results) for cell, results in ends.items()}
    conflicts = [cell for cell, results in ends.items() if _differ(results, finished[cell])]
    before = dict.fromkeys(old.judging for old in reading.runs if old.judging != run.judging)
    asked = dict.fromkeys(
        old.sequential
        for old in reading.runs
        if old.sequential is not None and old.sequential != run.sequential
    )
    return Records(
        run,
        finished,
        attempts,
        tuple(conflicts),
        tuple(before),
        tuple(asked),
        lost=reading.lost,
        warnings=reading.warnings,
    )


def _differ(results: Iterable[Finished], one: Finished) -> bool:
    """Return whether a success differs from the one that counts, though one source made both."""
    return any(
        result is not one  # as most often: to compare it would unpack all its probabilities twice
        and result.status is CellStatus.OK
        and result.sources == one.sources
        and not agree(result, one)
        for result in results
    )


def agree(one: Finished, other: Finished) -> bool:
    """Return whether two successes of a cell are the same result.

    Parameters
    ----------
    one : Finished
        Of one cell.
    other : Finished
        Of the same cell. Where one of them comes from published results, answers may differ as far
        as `other_answers` lets them.

    Returns
    -------
    bool
        Whether all but times and memory is equal.
    """
    if not (one.is_rounded or other.is_rounded):
        return essence(one) == essence(other)
    parts = [None if end.part is None else replace(end.part, marks={}) for end in (one, other)]
    bought = [[(*_bought(e), e.n_labelled) for e in end.rounds] for end in (one, other)]
    labels = [] if one.part is None else one.part.labels
    return (
        parts[0] == parts[1]
        and bought[0] == bought[1]
        and not any(map(other_answers, one.rounds, other.rounds, repeat(labels)))
    )


def other_answers(one: Round, other: Round, labels: Sequence[int]) -> str:
    """Return how the answers of a round differ from those of the same round, run or published.

    Parameters
    ----------
    one : Round
        It may have scores alone, by which both are compared then.
    other : Round
        Likewise.
    labels : sequence of int
        Class numbers of the test units.

    Returns
    -------
    str
        Empty if they do not differ by more than is lost when results are published.
    """
    if one.proba and other.proba:
        values = unpack(one.proba), unpack(other.proba)
        if values[0].shape != values[1].shape:
            return "probabilities are of other units or classes"
        gap = float(np.abs(values[0] - values[1]).max(initial=0.0))
        tolerance = ROUNDED if one.scores or other.scores else TOLERANCE
        return f"probabilities differ by up to {gap:.2g}" if gap > tolerance else ""
    first, second = (entry.scores or _scores(entry, labels) for entry in (one, other))
    different = (
        name
        for name in first.keys() & second.keys()
        if not np.isclose(first[name], second[name], rtol=TOLERANCE, atol=TOLERANCE, equal_nan=True)
    )
    metric = min(different, default="")
    return f"{metric} differs" if metric else ""


def _scores(entry: Round, labels: Sequence[int]) -> dict[str, float]:
    return scores(np.asarray(labels, dtype=np.intp), unpack(entry.proba), ordered=False)


def _bought(entry: Round) -> tuple[int, tuple[int, ...], tuple[int, ...]]:
    return entry.round, tuple(entry.picked), tuple(entry.acquired)


def essence(finished: Finished) -> tuple[Any, ...]:  # of plain values
    """Return all of a result that must be equal when a cell is run again.

    Parameters
    ----------
    finished : Finished
        A success.

    Returns
    -------
    tuple
        Everything but times and memory, and marks, which decide nothing: a loader may come to know
        more of the same data.
    """
    # Unpacked, since builds of zlib pack the same numbers in different bytes.
    rounds = tuple(
        (*_bought(entry), entry.n_labelled, unpack(entry.proba).tobytes())
        for entry in finished.rounds
    )
    part = None if finished.part is None else replace(finished.part, marks={})
    return finished.cell, finished.status, part, rounds


def cells_table(records: Records) -> pd.DataFrame:
    """Return one row a planned cell, sorted by block, strategy and repetition.

    Its columns are the plan's, then the outcome of the cell.
    """
    rows = [_cell_row(records, planned) for planned in records.run.cells]
    frame = pd.DataFrame(rows, columns=[*CELL_COLUMNS, *FATE_COLUMNS, *PART_COLUMNS, PICKS_COLUMN])
    order = ["cohort", "modalities", "model", "budget", "strategy", "repetition"]
    return frame.sort_values(order, ignore_index=True)


def _cell_row(records: Records, planned: PlannedCell) -> dict[str, Any]:
    row: dict[str, Any] = {key: getattr(planned, key) for key in CELL_COLUMNS}
    end = records.finished.get(planned.cell)
    row["status"] = str(CellStatus.MISSING if end is None else end.status)
    is_lost = end is None and planned.cell in records.lost
    row["reason"] = LOST if is_lost else "" if end is None else end.reason
    row["attempts"] = records.attempts.get(planned.cell, 0)
    row["seconds"] = 0.0 if end is None else round(end.seconds, 3)
    row["peak_mb"] = 0.0 if end is None else round(end.peak_mb, 1)
    part = None if end is None else end.part
    for key in PART_COLUMNS:
        row[key] = ("" if key.endswith("hash") else 0) if part is None else getattr(part, key)
    row[PICKS_COLUMN] = "" if end is None else picks_hash(end)
    return row


def picks_hash(end: Finished) -> str:
    """Return a hash of what each round of a cell after the first labels bought.

    The order within a round does not count: training does not see it, and ties are broken
    differently by strategies that buy the same.

    Parameters
    ----------
    end : Finished
        How it ended.

    Returns
    -------
    str
        Of candidates and modalities; empty if it bought nothing.
    """
    later = [entry for entry in end.rounds if entry.round > 0]
    bought: list[list[int]] = [sorted(entry.picked) for entry in later]
    bought += [sorted(entry.acquired) for entry in later if entry.acquired]
    return hashlib.sha256(repr(bought).encode()).hexdigest()[:12] if bought else ""


def rounds_table(records: Records) -> pd.DataFrame:
    """Return one row per round of every cell, failed ones included: sizes and times.

    Where cohorts have prices also `cost`, what the labelled set has cost. Where subjects lack
    modalities, columns ``n_measured MODALITY``: the labelled subjects that have it.
    """
    columns = ("round", "n_labelled", "n_labelled_subjects")
    times = ("query_seconds", "train_seconds", "evaluate_seconds")
    rows = [
        {"cell": cell}
        | {key: getattr(entry, key) for key in columns}
        | {key: round(getattr(entry, key), 4) for key in times}
        | {MEASURED + name: n for name, n in entry.measured.items()}
        for cell, end in sorted(records.finished.items())
        for entry in end.rounds
    ]
    measured = dict.fromkeys(key for row in rows for key in row if key.startswith(MEASURED))
    costs = _costs(records)
    more = {COST: costs} if any(cost is not None for cost in costs) else {}
    frame = pd.DataFrame(rows, columns=["cell", *columns, *times, *measured])
    frame = frame.astype(dict.fromkeys(measured, "Int64"))
    return frame.assign(**{name: pd.Series(values, dtype=float) for name, values in more.items()})


def _costs(records: Records) -> list[float | None]:
    """Return what each round's labelled set has cost, in the order of the table of rounds."""
    plans = {cell.cell: cell for cell in records.run.cells}
    cohorts = records.run.cohorts
    if not any(cohort.cost for cohort in cohorts.values()):
        return []
    return [
        spent(entry, cohorts[plans[cell].cohort], plans[cell].modalities) if cell in plans else None
        for cell, end in sorted(records.finished.items())
        for entry in end.rounds
    ]


def selections_table(records: Records) -> pd.DataFrame:
    """Return one row per purchase: the candidate's number in its cohort, in the order of purchase.

    Columns are cell, round and candidate.
    """
    rows = [
        (cell, entry.round, candidate)
        for cell, end in sorted(records.finished.items())
        for entry in end.rounds
        for candidate in entry.picked
    ]
    return pd.DataFrame(rows, columns=["cell", "round", "candidate"])


def acquired_table(records: Records) -> pd.DataFrame:
    """Return one row per modality of a subject that was bought by itself, in order.

    Columns are cell, round, subject (the number in its cohort) and modality.
    """
    names = {cell.cell: cell.modalities.split("+") for cell in records.run.cells}
    rows = [
        (cell, entry.round, code // len(names[cell]), names[cell][code % len(names[cell])])
        for cell, end in sorted(records.finished.items())
        for entry in end.rounds
        for code in entry.acquired
    ]
    return pd.DataFrame(rows, columns=["cell", "round", "subject", "modality"])


def marks_table(records: Records) -> pd.DataFrame:
    """Return how often each cell bought, in each round, what is known to be wrong.

    There is a row a cell, round and mark, with the columns cell, round, mark, n_picked (candidates
    with the mark that the round bought; round 0 is the first labelled set) and n_train (those in
    the training part, bought or not).
    """
    rows = [
        (cell, entry.round, mark, entry.marks[mark], n_train)
        for cell, end in sorted(records.finished.items())
        if end.part is not None
        for entry in end.rounds
        for mark, n_train in sorted(end.part.marks.items())
    ]
    frame = pd.DataFrame(rows, columns=["cell", "round", "mark", "n_picked", "n_train"])
    return frame.astype({"round": int, "n_picked": int, "n_train": int})


def predictions(records: Records) -> tuple[Predictions, ...]:
    """Return the test probabilities of every round of every cell.

    Parameters
    ----------
    records : Records
        Of one results folder.

    Returns
    -------
    tuple of Predictions
        Cell by cell.
    """
    return tuple(
        Predictions(
            cell,
            entry.round,
            tuple(end.part.units),
            np.asarray(end.part.labels, dtype=np.intp),
            unpack(entry.proba),
        )
        for cell, end in sorted(records.finished.items())
        if end.part is not None
        for entry in end.rounds
        if entry.proba
    )


def predictions_table(answers: Sequence[Predictions]) -> pd.DataFrame:
    """Return one row a test unit of every round.

    Parameters
    ----------
    answers : sequence of Predictions
        Of one results folder.

    Returns
    -------
    DataFrame
        With the columns cell, round, unit, label and proba, a list of the classes' probabilities.
    """
    if not answers:
        return pd.DataFrame(columns=["cell", "round", "unit", "label", "proba"])
    sizes = [len(entry.labels) for entry in answers]
    return pd.DataFrame(
        {
            "cell": np.repeat(np.array([entry.cell for entry in answers], dtype=object), sizes),
            "round": np.repeat([entry.round for entry in answers], sizes),
            "unit": [unit for entry in answers for unit in entry.units],
            "label": np.concatenate([entry.labels for entry in answers]),
            "proba": [row for entry in answers for row in entry.proba],
        }
    ).astype({"cell": "str"})

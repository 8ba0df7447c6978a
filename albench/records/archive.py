"""Published results that are whole: plan, picks and test probabilities as compact Parquet.

The text tables beside them (``cells.csv``, ``scores.csv``, ``marks.csv``) hold the rest, so that
all records of a run can be made again from a clone.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from albench.errors import Complaint, RecordsError
from albench.records.acquired import flaws_of_acquired
from albench.records.journal import Event, JournalReading
from albench.records.manifest import MENDING, read_manifest
from albench.records.printable import printable
from albench.records.run_record import PlannedRun, RunRecord
from albench.records.schema import CellStatus, Finished, MeasuredPart, Round, pack, unpack
from albench.records.tables import COST, MEASURED, PICKS_COLUMN, picks_hash

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from pathlib import Path

    from albench.records.tables import Records

CELLS, PARTS, PICKS, PREDICTIONS = (
    f"{name}.parquet" for name in ("cells", "parts", "picks", "predictions")
)
"""The files, in the folder of published results."""

ACQUIRED = "acquired.parquet"
"""Another one, where modalities were bought one by one."""

MARKS = "marks.csv"
TIMES = ("query_seconds", "train_seconds", "evaluate_seconds")
SIZES = ("round", "n_labelled", "n_labelled_subjects")

_SMALL = 2_000_000
"""Up to so many probabilities are kept in float32, in some megabytes; more in float16."""

_REPETITIVE = ("cell", "identity", "sources", "retries")
_FLOATS = {"log_proba.list.element": "BYTE_STREAM_SPLIT"}
"""First bytes of numbers resemble each other, last ones do not: apart they take a tenth less."""
_LEVEL = 15  # of zstd: slower to write, which happens once
_PAGE = 2**23  # bytes that are compressed together


def write_archive(records: Records, folder: Path, megabytes: float | None = None) -> int:
    """Write what the text tables of published results lack.

    Parameters
    ----------
    records : Records
        Of a whole run.
    folder : Path
        Of published results.
    megabytes : float or None
        The most that probabilities may take; those of the last repetitions are left out. None has
        no limit.

    Returns
    -------
    int
        How many repetitions have their probabilities; the bytes of all files depend on the records
        alone.
    """
    ends = {cell: records.finished[cell] for cell in sorted(records.finished)}
    parts = {_text(asdict(end.part)): end.part for end in ends.values() if end.part is not None}
    numbers = {text: number for number, text in enumerate(sorted(parts))}
    _write(folder / CELLS, _cells_table(records, numbers))
    _write(folder / PARTS, _parts_table([parts[text] for text in sorted(parts)]))
    _write(folder / PICKS, _picks_table(ends))
    if any(entry.acquired for end in ends.values() for entry in end.rounds):
        _write(folder / ACQUIRED, _acquired_table(ends))
    repetition_of = {cell.cell: cell.repetition for cell in records.run.cells}
    with_proba = {c: end for c, end in ends.items() if any(entry.proba for entry in end.rounds)}
    repetitions = sorted({repetition_of.get(cell, 0) for cell in with_proba})
    while True:
        kept = {c: end for c, end in with_proba.items() if repetition_of.get(c, 0) in repetitions}
        _write(folder / PREDICTIONS, _predictions_table(kept))
        size = (folder / PREDICTIONS).stat().st_size / 1e6
        if megabytes is None or size <= megabytes or not repetitions:
            return len(repetitions)
        weights = _weights(kept, repetition_of)
        so_far = np.cumsum([weights[repetition] for repetition in repetitions])
        n_fitting = int((so_far <= so_far[-1] * megabytes / size).sum())
        repetitions = repetitions[: min(len(repetitions) - 1, n_fitting)]


def _weights(ends: Mapping[str, Finished], repetition_of: Mapping[str, int]) -> Counter[int]:
    """Return how much room the probabilities of each repetition take, in proportion.

    Some may have those of a few cells alone, as where others were taken over from published ones.
    """
    weights: Counter[int] = Counter()
    for content, repetition in {
        (entry.proba, repetition_of.get(cell, 0))
        for cell, end in ends.items()
        for entry in end.rounds
    }:
        weights[repetition] += len(content)
    return weights


def read_archive(folder: Path) -> JournalReading:
    """Return the records of published results, as a journal would give them.

    Parameters
    ----------
    folder : Path
        Of published results.

    Returns
    -------
    JournalReading
        One run, and the end of each cell. Rounds hold the published scores; their probabilities are
        rounded, or missing where they were left out.

    Raises
    ------
    RecordsError
        If a file is missing or damaged, or files contradict each other.
    """
    manifest = read_manifest(folder / "manifest.json")
    damage = (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError)
    try:
        plan = pq.read_table(folder / CELLS).to_pandas()
        ends = _ends(folder, plan)
        cells = [_planned(row) for row in plan.to_dict("records")]
        run = PlannedRun.model_validate(
            {key: getattr(manifest, key) for key in RunRecord.model_fields} | {"cells": cells}
        )
        _require_agreement(run, ends)
    except (*damage, pa.ArrowException) as error:
        problem = f"published results are damaged or incomplete ({error}); {MENDING}"
        raise RecordsError([Complaint(str(folder), problem)]) from error
    ended = Event({"seconds": manifest.seconds}, CELLS)
    events = [Event(run, CELLS), *(Event(end, CELLS) for end in ends), ended]
    return JournalReading(tuple(events), ())


def _write(path: Path, table: pa.Table) -> None:
    pq.write_table(
        table,
        path,
        compression="zstd",
        compression_level=_LEVEL,
        use_dictionary=[name for name in _REPETITIVE if name in table.schema.names],
        column_encoding=_FLOATS if "log_proba" in table.schema.names else None,
        data_page_size=_PAGE,
        store_schema=False,
    )


def _cells_table(records: Records, numbers: Mapping[str, int]) -> pa.Table:
    planned = sorted(records.run.cells, key=lambda cell: (*cell.system, cell.repetition))
    ends = [records.finished.get(cell.cell) for cell in planned]
    return pa.table(
        {
            **{
                name: pa.array([getattr(cell, name) for cell in planned], pa.string())
                for name in ("cell", "cohort", "modalities", "model", "budget", "strategy")
            },
            "strategy_plugin": pa.array([cell.strategy_plugin for cell in planned], pa.string()),
            "repetition": pa.array([cell.repetition for cell in planned], pa.int32()),
            "identity": pa.array([_text(cell.identity) for cell in planned], pa.string()),
            "sources": pa.array([_text(end.sources if end else {}) for end in ends], pa.string()),
            "retries": pa.array([_text(end.retries if end else {}) for end in ends], pa.string()),
            "part": pa.array([_part_number(end, numbers) for end in ends], pa.int32()),
        }
    )


def _part_number(end: Finished | None, numbers: Mapping[str, int]) -> int:
    return -1 if end is None or end.part is None else numbers[_text(asdict(end.part))]


def _parts_table(parts: Sequence[MeasuredPart]) -> pa.Table:
    plain = [asdict(part) for part in parts]
    columns: dict[str, Any] = {
        "units": pa.array([part["units"] for part in plain], pa.list_(pa.string())),
        "labels": pa.array([part["labels"] for part in plain], pa.list_(pa.int32())),
        "rest": pa.array(
            [_text({k: v for k, v in p.items() if k not in ("units", "labels")}) for p in plain],
            pa.string(),
        ),
    }
    return pa.table(columns)


def _picks_table(ends: Mapping[str, Finished]) -> pa.Table:
    return _bought_table(ends, lambda entry: entry.picked, "candidate")


def _acquired_table(ends: Mapping[str, Finished]) -> pa.Table:
    return _bought_table(ends, lambda entry: entry.acquired, "code")


def _bought_table(
    ends: Mapping[str, Finished], bought: Callable[[Round], list[int]], column: str
) -> pa.Table:
    rows = [
        (cell, entry.round, number)
        for cell, end in ends.items()
        for entry in end.rounds
        for number in bought(entry)
    ]
    cells, rounds, numbers = zip(*rows, strict=True) if rows else ((), (), ())
    return pa.table(
        {
            "cell": pa.array(cells, pa.string()),
            "round": pa.array(rounds, pa.int16()),
            column: pa.array(numbers, pa.int32()),
        }
    )


def _predictions_table(ends: Mapping[str, Finished]) -> pa.Table:
    """Return logarithms of probabilities: small ones decide the log loss, and keep their digits.

    Equal ones stand together, where compression makes one of them: those of round 0 are the same
    for all strategies of a repetition.
    """
    by_content: dict[str, list[tuple[str, Round]]] = {}
    for cell, end in ends.items():
        for entry in end.rounds:
            if entry.proba:
                by_content.setdefault(entry.proba, []).append((cell, entry))
    rows = [row for alike in by_content.values() for row in alike]
    values = [unpack(entry.proba) for _, entry in rows]
    n_values = sum(proba.size for proba in values)
    dtype: type[np.floating[Any]] = np.float32 if n_values <= _SMALL else np.float16
    with np.errstate(divide="ignore"):
        logs = [np.log(proba).astype(dtype).ravel() for proba in values]
    offsets = np.cumsum([0, *map(len, logs)])
    flat = np.concatenate(logs) if logs else np.empty(0, dtype=dtype)
    return pa.table(
        {
            "cell": pa.array([cell for cell, _ in rows], pa.string()),
            "round": pa.array([entry.round for _, entry in rows], pa.int16()),
            "classes": pa.array([proba.shape[1] for proba in values], pa.int16()),
            "log_proba": pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), pa.array(flat)),
        }
    )


def _ends(folder: Path, plan: pd.DataFrame) -> list[Finished]:
    """Return the end of each cell that has one, in the order of their names."""
    columns = {"cell": str, "reason": str, PICKS_COLUMN: str}
    text: dict[str, Any] = {"keep_default_na": False, "dtype": columns}
    cells = pd.read_csv(folder / "cells.csv", **text).drop_duplicates("cell").set_index("cell")
    parts = [_part(row) for row in pq.read_table(folder / PARTS).to_pylist()]
    rounds = _rounds(folder)
    ends = []
    for row in plan.drop_duplicates("cell").sort_values("cell").to_dict("records"):
        end = cells.loc[row["cell"]]
        if end["status"] != CellStatus.MISSING:
            finished = Finished(
                cell=row["cell"],
                status=CellStatus(end["status"]),
                reason=end["reason"],
                seconds=float(end["seconds"]),
                peak_mb=float(end["peak_mb"]),
                part=None if row["part"] < 0 else parts[row["part"]],
                rounds=rounds.get(row["cell"], []),
                sources=json.loads(row["sources"]),
                retries=json.loads(row.get("retries", "{}")),
            )
            _require_same_picks(finished, end.get(PICKS_COLUMN))
            ends.append(finished)
    return ends


def _rounds(folder: Path) -> dict[str, list[Round]]:
    """Return the rounds of each cell."""
    scores = pd.read_csv(folder / "scores.csv", dtype={"cell": str})
    measured = [name for name in scores.columns if name.startswith(MEASURED)]
    others = {"cell", *SIZES, *TIMES, COST, *measured}
    metrics = [name for name in scores.columns if name not in others]
    picks = _by_round(pq.read_table(folder / PICKS), "candidate")
    acquired = _acquired(folder)
    proba = _probabilities(folder)
    marks = _marks(folder)
    there = set(zip(scores["cell"], scores["round"].astype(int), strict=True))
    for name, by_round in (
        (PICKS, picks),
        (ACQUIRED, acquired),
        (PREDICTIONS, proba),
        (MARKS, marks),
    ):
        _require_rounds(name, by_round, there)
    rounds: dict[str, list[Round]] = {}
    for row in scores.sort_values(["cell", "round"]).to_dict("records"):
        key = str(row["cell"]), int(row["round"])
        entry = Round(
            round=key[1],
            n_labelled=int(row["n_labelled"]),
            n_labelled_subjects=int(row["n_labelled_subjects"]),
            query_seconds=float(row["query_seconds"]),
            train_seconds=float(row["train_seconds"]),
            evaluate_seconds=float(row["evaluate_seconds"]),
            picked=picks.get(key, []),
            proba=proba.get(key, ""),
            marks=marks.get(key, {}),
            scores={name: float(row[name]) for name in metrics if not pd.isna(row[name])},
            measured={
                name.removeprefix(MEASURED): int(row[name])
                for name in measured
                if not pd.isna(row[name])
            },
            acquired=acquired.get(key, []),
        )
        rounds.setdefault(key[0], []).append(entry)
    return rounds


def _acquired(folder: Path) -> dict[tuple[str, int], list[int]]:
    if not (folder / ACQUIRED).is_file():
        return {}
    return _by_round(pq.read_table(folder / ACQUIRED), "code")


def _require_agreement(run: PlannedRun, ends: Sequence[Finished]) -> None:
    """Raise if a cell cannot have bought the modalities that it is said to have bought."""
    by_name = {end.cell: end for end in ends}
    for cell in run.cells:
        if cell.cell in by_name:
            n_candidates = run.cohorts[cell.cohort].candidates.get(cell.modalities, 0)
            for flaw in flaws_of_acquired(by_name[cell.cell], cell, n_candidates):
                raise ValueError(f"{ACQUIRED}: cell {cell.cell} {flaw}")


def _require_rounds(
    name: str, keys: Mapping[tuple[str, int], object], there: Collection[tuple[str, int]]
) -> None:
    """Raise if a table has rows of rounds that ``scores.csv`` does not have."""
    for cell, number in keys:
        if (cell, number) not in there:
            where = f"round {number} of cell {printable(str(cell), 40)}"
            raise ValueError(f"{name} has rows of {where}, which scores.csv lacks")


def _require_same_picks(end: Finished, stated: object) -> None:
    if stated and stated != picks_hash(end):
        raise ValueError(f"cell {end.cell} did not buy what cells.csv says")


def _by_round(table: pa.Table, column: str) -> dict[tuple[str, int], list[int]]:
    values: dict[tuple[str, int], list[int]] = {}
    columns = (table.column(name).to_pylist() for name in ("cell", "round", column))
    for cell, number, value in zip(*columns, strict=True):
        values.setdefault((cell, number), []).append(value)
    return values


def _probabilities(folder: Path) -> dict[tuple[str, int], str]:
    """Return packed probabilities by cell and round; those of a unit sum to 1 again."""
    table = pq.read_table(folder / PREDICTIONS)
    lists = table.column("log_proba").combine_chunks()
    flat = np.exp(lists.flatten().to_numpy(zero_copy_only=False).astype(np.float32))
    bounds = lists.offsets.to_numpy()
    packed = {}
    keys = zip(*(table.column(k).to_pylist() for k in ("cell", "round", "classes")), strict=True)
    for (cell, number, n_classes), low, high in zip(keys, bounds[:-1], bounds[1:], strict=True):
        proba = flat[low:high].reshape(-1, n_classes)
        packed[cell, number] = pack(proba / proba.sum(axis=1, keepdims=True))
    return packed


def _marks(folder: Path) -> dict[tuple[str, int], dict[str, int]]:
    if not (folder / MARKS).is_file():
        return {}
    counts: dict[tuple[str, int], dict[str, int]] = {}
    table = pd.read_csv(folder / MARKS, dtype={"cell": str, "mark": str})
    names = ("cell", "round", "mark", "n_picked")
    for cell, number, mark, n in zip(*(table[name] for name in names), strict=True):
        counts.setdefault((cell, int(number)), {})[mark] = int(n)
    return counts


def _part(row: Mapping[str, Any]) -> MeasuredPart:
    return MeasuredPart(units=row["units"], labels=row["labels"], **json.loads(row["rest"]))


def _planned(row: Mapping[str, Any]) -> dict[str, Any]:
    names = ("cell", "cohort", "modalities", "model", "budget", "strategy", "strategy_plugin")
    plain = {name: row[name] for name in (*names, "repetition")}
    return plain | {"identity": json.loads(row["identity"])}


def _text(value: Mapping[str, Any]) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))

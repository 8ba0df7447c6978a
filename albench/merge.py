"""Merge the results of several machines: copy their journals and list conflicts."""

from __future__ import annotations

import filecmp
import json
import shutil
from typing import TYPE_CHECKING

from albench.atomic_file import replacing
from albench.errors import Complaint, RecordsError
from albench.records import journal, tables
from albench.records.journal import Journal
from albench.records.results_folder import has_journal, read_results
from albench.records.storage import storage_told

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from albench.records.run_record import PlannedRun, Record

NAMED = ("cohorts", "models", "budgets")
LISTED = ("cells", "skipped", "plugins")


def merge(sources: Sequence[Path], target: Path) -> tuple[str, ...]:
    """Copy the journals of results folders into one.

    Parameters
    ----------
    sources : sequence of Path
        Results folders of one benchmark.
    target : Path
        A folder that is new or empty, or an earlier merge.

    Returns
    -------
    tuple of str
        Cells with two different results; both stay in the journal.

    Raises
    ------
    RecordsError
        If a source has no records, a journal is damaged, the benchmarks differ, or two files of
        the same name differ.
    StorageError
        If the disk is full or read-only, or the target is not the user's.
    """
    readings = {source: read_results(source) for source in sources}
    complaints: list[Complaint | str] = []
    for source, reading in readings.items():
        if not reading.runs:  # perhaps because the line that held it is damaged
            complaints += [Complaint(str(source), "has no records of a run"), *reading.warnings]
    names = {run.name: source for source, reading in readings.items() for run in reading.runs}
    if len(names) > 1:
        listed = ", ".join(f"{name!r} in {source}" for name, source in names.items())
        complaints.append(Complaint(str(target), f"the benchmarks differ: {listed}"))
    files = [path for source in sources for path in sorted((source / "journal").glob("*.jsonl"))]
    complaints += _clashes(files, target / "journal")
    if complaints:
        raise RecordsError(complaints)
    with storage_told(target):
        (target / "journal").mkdir(parents=True, exist_ok=True)
        for path in files:
            _copy(path, target / "journal" / path.name)
    published = [reading for source, reading in readings.items() if not has_journal(source)]
    with Journal(target / "journal") as records:
        for reading in published:
            records.extend([("cell", end.to_json()) for end in reading.cells])
        latest = [run for reading in readings.values() for run in reading.runs[-1:]]
        records.append("run", _joined(latest).to_json())
    return tables.gather(journal.read(target / "journal")).conflicts


def _copy(source: Path, target: Path) -> None:
    """Copy a file whole or not at all; one that is there already is the same."""
    with replacing(target) as part:
        shutil.copy2(source, part)


def _joined(runs: Sequence[PlannedRun]) -> PlannedRun:
    """Return one record with everything that the latest run of each source has."""
    named = {key: {k: v for run in runs for k, v in getattr(run, key).items()} for key in NAMED}
    listed = {key: _distinct([e for run in runs for e in getattr(run, key)]) for key in LISTED}
    repetitions = max(run.repetitions for run in runs)
    # The joined results are elsewhere.
    rule = next((run.sequential for run in runs if run.sequential), None)
    paces = {run.pace for run in runs}
    pace = paces.pop() if len(paces) == 1 else None  # seconds of machines that differ
    changed = {"repetitions": repetitions, "spec_path": "", "sequential": rule, "pace": pace}
    return runs[-1].model_copy(update=named | listed | changed)


def _distinct(entries: Sequence[Record]) -> tuple[Record, ...]:
    """Return entries, each once."""
    return tuple({json.dumps(e.to_json(), sort_keys=True): e for e in entries}.values())


def _clashes(files: Sequence[Path], folder: Path) -> list[Complaint]:
    by_name: dict[str, Path] = {path.name: path for path in folder.glob("*.jsonl")}
    complaints = []
    for path in files:
        other = by_name.setdefault(path.name, path)
        if not filecmp.cmp(path, other, shallow=False):
            complaints.append(
                Complaint(str(path), f"differs from {other}, which has the same name")
            )
    return complaints

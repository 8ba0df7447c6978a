"""Merge the results of several machines: copy their journals and list conflicts."""

from __future__ import annotations

import filecmp
import json
import shutil
from typing import TYPE_CHECKING, Any

from albench.errors import Complaint, RecordsError
from albench.records import journal, tables
from albench.records.journal import Journal
from albench.records.misplaced import misplaced_told

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Plan = dict[str, Any]  # the data of a run event
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
        If a source has no journal, a journal is damaged, the benchmarks differ, or two files of
        the same name differ.
    """
    complaints: list[Complaint] = []
    names: dict[str, Path] = {}
    plans: list[Plan] = []
    for source in sources:
        events = journal.read(source / "journal").events
        runs = [event.data for event in events if event.event == "run"]
        if not runs:
            complaints.append(Complaint(str(source), "has no journal of a run"))
        complaints += [
            Complaint(str(source), f"its latest run lacks {key!r}; run the benchmark again")
            for run in runs[-1:]
            for key in (*NAMED, *LISTED, "repetitions")
            if key not in run
        ]
        plans += runs[-1:]
        names |= {run["name"]: source for run in runs}
    if len(names) > 1:
        listed = ", ".join(f"{name!r} in {source}" for name, source in names.items())
        complaints.append(Complaint(str(target), f"the benchmarks differ: {listed}"))
    files = [path for source in sources for path in sorted((source / "journal").glob("*.jsonl"))]
    complaints += _clashes(files, target / "journal")
    if complaints:
        raise RecordsError(complaints)
    with misplaced_told():
        (target / "journal").mkdir(parents=True, exist_ok=True)
    for path in files:
        shutil.copy2(path, target / "journal" / path.name)
    with Journal(target / "journal") as records:
        records.append("run", _joined(plans))
    return tables.gather(journal.read(target / "journal").events).conflicts


def _joined(plans: Sequence[Plan]) -> Plan:
    """Return one plan with everything that the latest plan of each source has."""
    joined = dict(plans[-1])
    for key in NAMED:
        joined[key] = {name: entry for plan in plans for name, entry in plan[key].items()}
    for key in LISTED:
        distinct = {json.dumps(e, sort_keys=True): e for plan in plans for e in plan[key]}
        joined[key] = list(distinct.values())
    joined["repetitions"] = max(plan["repetitions"] for plan in plans)
    return joined


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

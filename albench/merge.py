"""Results of several machines joined: journals copied, nothing lost, conflicts listed."""

from __future__ import annotations

import filecmp
import shutil
from typing import TYPE_CHECKING

from albench.errors import Complaint, RecordsError
from albench.records import journal, tables

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def merge(sources: Sequence[Path], target: Path) -> tuple[str, ...]:
    """Copy the journals of results folders into one.

    Parameters
    ----------
    sources : sequence of Path
        Results folders of one benchmark.
    target : Path
        A folder that is new, empty, or has been merged into before.

    Returns
    -------
    tuple of str
        The cells of which two successes differ; both stay in the journal.

    Raises
    ------
    RecordsError
        If a source has no journal, a journal is damaged, the benchmarks differ, or two different
        files have one name.
    """
    complaints: list[Complaint] = []
    names: dict[str, Path] = {}
    for source in sources:
        events = journal.read(source / "journal").events
        runs = [event.data["name"] for event in events if event.event == "run"]
        if not runs:
            complaints.append(Complaint(str(source), "has no journal with a run in it"))
        names |= dict.fromkeys(runs, source)
    if len(names) > 1:
        told = ", ".join(f"{name!r} in {source}" for name, source in names.items())
        complaints.append(Complaint(str(target), f"the benchmarks differ: {told}"))
    files = [path for source in sources for path in sorted((source / "journal").glob("*.jsonl"))]
    complaints += _clashes(files, target / "journal")
    if complaints:
        raise RecordsError(complaints)
    (target / "journal").mkdir(parents=True, exist_ok=True)
    for path in files:
        shutil.copy2(path, target / "journal" / path.name)
    return tables.gather(journal.read(target / "journal").events).conflicts


def _clashes(files: Sequence[Path], folder: Path) -> list[Complaint]:
    known: dict[str, Path] = {path.name: path for path in folder.glob("*.jsonl")}
    complaints = []
    for path in files:
        other = known.setdefault(path.name, path)
        if not filecmp.cmp(path, other, shallow=False):
            complaints.append(Complaint(str(path), f"differs from {other}, of the same name"))
    return complaints

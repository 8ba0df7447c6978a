"""Results that came too late: kept beside the journal and compared, never recorded twice."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from albench.records import journal
from albench.records.journal import Journal
from albench.records.schema import CellStatus

if TYPE_CHECKING:
    from pathlib import Path

    from albench.records.schema import Finished

FOLDER = "late"


def keep_late(results: Path, finished: Finished) -> str:
    """Keep a second result of a cell that is recorded already, and compare it with the first.

    Parameters
    ----------
    results : Path
        The results folder.
    finished : Finished
        The second result.

    Returns
    -------
    str
        A sentence: whether both are equal. Empty if it is the first one come a second time, which
        is not kept.
    """
    from albench.records.tables import agree  # pandas, which a plan need not wait for

    first = _first(results, finished.cell)
    if first is not None and replace(first, retries={}) == replace(finished, retries={}):
        return ""
    with Journal(results / FOLDER) as records:
        records.append("cell", finished.to_json())
    name = f"a late second result of cell {finished.cell}"
    if first is None or finished.status is not CellStatus.OK or first.status is not CellStatus.OK:
        return f"{name} is kept in {FOLDER}/: {finished.status}"
    verdict = "equals" if agree(first, finished) else "DIFFERS from"
    return f"{name} {verdict} the first; it is kept in {FOLDER}/"


def late_conflicts(results: Path) -> tuple[str, ...]:
    """Return the identities of cells whose late second success differs from the one that counts."""
    if not (results / FOLDER).is_dir():
        return ()
    from albench.records.tables import agree  # as above

    late = journal.read(results / FOLDER).cells
    differing = []
    for second in late:
        first = _first(results, second.cell)
        are_both_ok = first is not None and first.status is second.status is CellStatus.OK
        if first is not None and are_both_ok and not agree(first, second):
            differing.append(second.cell)
    return tuple(dict.fromkeys(differing))


def _first(results: Path, cell: str) -> Finished | None:
    """Return the record of a cell that counts: its first success, or its last failure."""
    ends = [end for end in journal.read(results / "journal").cells if end.cell == cell]
    successes = [end for end in ends if end.status is CellStatus.OK]
    return next(iter(successes or ends[-1:]), None)

"""Modalities that were bought one by one, as records hold them, against what records count."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from albench.records.run_record import PlannedCell
    from albench.records.schema import Finished


def flaws_of_acquired(end: Finished, cell: PlannedCell, n_candidates: int) -> Iterator[str]:
    """Yield what a cell cannot have bought beside labels.

    Parameters
    ----------
    end : Finished
        How it ended.
    cell : PlannedCell
        Its plan, whose identity says whether modalities are for sale.
    n_candidates : int
        Those of its cohort, of whom no more subjects can be than they are.

    Yields
    ------
    str
        The end of a sentence about the cell.
    """
    bought = [code for entry in end.rounds for code in entry.acquired]
    if not (cell.identity.get("budget") or {}).get("known"):
        if bought:
            yield "bought modalities where none are for sale"
        return
    names = cell.modalities.split("+")
    if len(set(bought)) != len(bought):
        yield "bought a modality of a subject twice"
    if not all(0 <= code < n_candidates * len(names) for code in bought):
        yield "bought a modality of nobody"
    counts = dict.fromkeys(names, 0)
    for entry in end.rounds:
        for code in entry.acquired:
            counts[names[code % len(names)]] += 1
        if entry.measured != counts:
            yield f"bought other modalities by round {entry.round} than are counted"
            return

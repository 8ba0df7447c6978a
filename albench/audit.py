"""Run a random share of recorded cells again, and compare the results with the records."""

from __future__ import annotations

import math
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from albench import session
from albench.errors import RecordsError
from albench.execute import scratch
from albench.execute.reuse import successes_of
from albench.execute.run import Progress
from albench.plural import plural
from albench.records.counted import counted
from albench.records.results_folder import read_results
from albench.records.tables import essence, other_answers

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    from albench.execute.devices import Placement
    from albench.records.schema import Finished
    from albench.session import OpenedSpecification


@dataclass(frozen=True)
class Audit:
    """The outcome of an audit.

    Parameters
    ----------
    equal : tuple of str
        Cells with the same picks and bitwise equal probabilities.
    close : tuple of str
        Cells with the same picks, and probabilities within 1e-4, or the published ones, which are
        rounded or stand for them as scores, within their precision.
    different : tuple of (str, str)
        Cells that differ by more, each with the first difference.
    """

    equal: tuple[str, ...]
    close: tuple[str, ...]
    different: tuple[tuple[str, str], ...]


def audit(
    opened: OpenedSpecification,
    results: Path,
    share: float,
    rng: np.random.Generator,
    placement: Placement,
    watch: Callable[[Progress], None],
) -> Audit:
    """Run a share of the recorded cells again and compare.

    Of several successes of a cell, the one that counts is compared.

    Parameters
    ----------
    opened : OpenedSpecification
        The specification.
    results : Path
        The recorded results.
    share : float
        Above 0 and at most 1; at least one cell is run.
    rng : numpy.random.Generator
        Chooses the cells.
    placement : Placement
        How many cells run at once, and on which devices.
    watch : callable
        Called with every event of the run.

    Returns
    -------
    Audit
        How each chosen cell compares.

    Raises
    ------
    RecordsError
        If the specification plans none of the recorded successes.
    """
    reading = read_results(results)
    for warning in reading.warnings:
        watch(Progress("notice", text=warning))
    there = successes_of(reading)
    recorded = {cell.id: cell for cell in opened.plan.cells if cell.id in there}
    if not recorded:
        raise RecordsError(
            f"{results}: the specification, as it is now, plans none of its successful cells; "
            "see `albench explain`"
        )
    names = sorted(recorded)
    drawn = rng.choice(names, size=max(1, math.ceil(share * len(names))), replace=False)
    chosen = [recorded[str(name)] for name in drawn]
    sources = opened.resolved.sources
    done = {cell.id: counted(there[cell.id], sources.of(cell)) for cell in chosen}
    with tempfile.TemporaryDirectory(dir=scratch.folder()) as folder:
        again = session.run_cells(opened, chosen, Path(folder), placement, watch)
    return _compared(done, again)


def _compared(old: dict[str, Finished], new: dict[str, Finished]) -> Audit:
    equal, close, different = [], [], []
    for name, before in old.items():
        problem = "it failed this time" if name not in new else _difference(before, new[name])
        if problem is not None:
            different.append((name, problem))
        elif not before.is_rounded and essence(before) == essence(new[name]):
            equal.append(name)
        else:
            close.append(name)
    return Audit(tuple(equal), tuple(close), tuple(different))


def _difference(old: Finished, new: Finished) -> str | None:
    """Return the first difference; probabilities of published results are rounded, or left out."""
    if len(old.rounds) != len(new.rounds):
        recorded = plural(len(old.rounds), "round is", "rounds are")
        return f"{recorded} recorded, {plural(len(new.rounds), 'was', 'were')} run"
    for before, after in zip(old.rounds, new.rounds, strict=True):
        if before.picked != after.picked:
            return f"other candidates were picked in round {before.round}"
        if before.acquired != after.acquired:
            return f"other modalities were bought in round {before.round}"
        if problem := other_answers(before, after, [] if new.part is None else new.part.labels):
            return f"round {before.round}: {problem}"
    return None

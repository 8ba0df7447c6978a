"""What cells are expected to take: by cells that ran here, by published ones, or by updates."""

from __future__ import annotations

import csv
import json
import statistics
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from albench.execute.estimate import kind_of
from albench.planning.chosen_cells import place_of
from albench.planning.cost import expected_cost
from albench.plural import plural
from albench.records.provenance import NO_GPU
from albench.records.run_record import Pace
from albench.spec.slices import AXES, Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from albench.planning import Cell

SECONDS_TO_START = 0.3
SECONDS_PER_UPDATE = 0.002
"""Of a small network on vectors; images and large networks take far longer."""


@dataclass(frozen=True)
class Price:
    """What cells are expected to take.

    Parameters
    ----------
    seconds : mapping of str to float
        By identity: wall time.
    sureness : str
        What that rests on, as a clause.
    """

    seconds: Mapping[str, float]
    sureness: str

    def of(self, cells: Iterable[Cell], jobs: int) -> float:
        """Return the wall time of some cells, so many at once; each identity counts once."""
        return sum(self.seconds[key] for key in {cell.id for cell in cells}) / jobs


@dataclass(frozen=True)
class PublishedTimes:
    """What cells took on the machine on which published results were made.

    Parameters
    ----------
    seconds : mapping of Place to float
        Of the cells that succeeded.
    pace : Pace or None
        How fast that machine was; None if that is not recorded, or if cells may have run on a GPU.
    """

    seconds: Mapping[Place, float]
    pace: Pace | None = None


NOTHING = PublishedTimes({})


def price(
    cells: Iterable[Cell],
    here: Mapping[str, float],
    there: PublishedTimes = NOTHING,
    pace_here: Callable[[], Pace | None] = lambda: None,
) -> Price:
    """Return what each cell of a plan is expected to take.

    Parameters
    ----------
    cells : iterable of Cell
        Planned.
    here : mapping of str to float
        Seconds of those that have run on this machine, by identity.
    there : PublishedTimes
        What cells took that ran on another one.
    pace_here : callable
        Returns how fast this machine is, or None; called if nothing else compares the two.

    Returns
    -------
    Price
        Of a kind that has run here, the median. Else what is published of the cell, in the
        proportion of those that ran on both machines, or else of the machines' paces. Else its
        updates, at the speed of those that are known, and without any at that of a small network.
    """
    unique = {cell.id: cell for cell in cells}
    own: dict[object, list[float]] = defaultdict(list)
    for key, cell in unique.items():
        if key in here:
            own[kind_of(cell)].append(here[key])
    seconds: dict[str, float] = {}
    from_there: dict[str, float] = {}
    n_here = 0
    for key, cell in unique.items():
        place = place_of(cell)
        if durations := own.get(kind_of(cell)):
            seconds[key] = statistics.median(durations)
            n_here += key in here
        elif place in there.seconds:
            from_there[key] = there.seconds[place]
    scale = _scale(unique, here, there, pace_here) if from_there else Scale()
    seconds |= {key: scale.ratio * taken for key, taken in from_there.items()}
    rest = [cell for key, cell in unique.items() if key not in seconds]
    seconds |= _by_updates(rest, {key: (unique[key], taken) for key, taken in seconds.items()})
    return Price(seconds, _sureness(n_here, len(from_there), len(rest), scale))


def _by_updates(cells: Iterable[Cell], timed: Mapping[str, tuple[Cell, float]]) -> dict[str, float]:
    """Return the seconds of cells, from their training updates and the seconds of others."""
    # Seconds an update, of references, which train once, and of others.
    rates: dict[bool, list[float]] = defaultdict(list)
    for cell, taken in timed.values():
        rates[cell.strategy is None].append(taken / expected_cost(cell))
    seconds = {}
    for cell in cells:
        cost = expected_cost(cell)
        alike = rates.get(cell.strategy is None) or rates.get(cell.strategy is not None)
        seconds[cell.id] = (
            statistics.median(alike) * cost
            if alike
            else SECONDS_TO_START + SECONDS_PER_UPDATE * cost
        )
    return seconds


@dataclass(frozen=True)
class Scale:
    """How much longer this machine takes than that of published results.

    Parameters
    ----------
    ratio : float
        1 if that is not known.
    measured : str
        The date on which this machine's pace was measured, if the ratio is one of paces.
    """

    ratio: float = 1.0
    measured: str = ""


def _scale(
    cells: Mapping[str, Cell],
    here: Mapping[str, float],
    there: PublishedTimes,
    pace_here: Callable[[], Pace | None],
) -> Scale:
    """Return the ratio of the cells that ran on both machines, or else of the machines' paces."""
    both = [
        (here[key], there.seconds[place_of(cell)])
        for key, cell in cells.items()
        if key in here and place_of(cell) in there.seconds
    ]
    if whole := sum(seconds for _, seconds in both):
        return Scale(sum(seconds for seconds, _ in both) / whole)
    if there.pace is None or (pace := pace_here()) is None or pace.work != there.pace.work:
        return Scale()
    return Scale(pace.seconds / there.pace.seconds, pace.date)


def _sureness(n_here: int, n_published: int, n_guessed: int, scale: Scale) -> str:
    if n_guessed:
        return "a guess by training updates, which may be ten times off until cells have run"
    if n_published and not n_here and scale.measured:
        return (
            f"by what is published, times {scale.ratio:.2f}: what this machine takes for the same "
            f"work, measured {scale.measured}"
        )
    if n_published and not n_here:
        return "by what is published, on a machine that may be three times as fast or slow"
    return f"by {plural(n_here, 'cell')} that ran before"


def published_price(*folders: Path) -> PublishedTimes:
    """Return how long published cells took, and how fast their machine was.

    Parameters
    ----------
    *folders : Path
        Published results; the first that has a table counts.

    Returns
    -------
    PublishedTimes
        Without seconds where there is no table that can be read.
    """
    for folder in folders:
        if seconds := published("seconds", folder):
            return PublishedTimes(seconds, _pace(folder))
    return NOTHING


def _pace(folder: Path) -> Pace | None:
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        if manifest["provenance"]["gpu"] != NO_GPU:
            return None
        return Pace.model_validate(manifest["pace"])
    except (OSError, ValueError, KeyError, TypeError):
        return None  # as in `published`


def published(column: str, *folders: Path) -> dict[Place, float]:
    """Return what published cells took, of those that succeeded.

    `column` is of the table, ``seconds`` or ``peak_mb``; folders are as of `published_price`. The
    answer is empty without a table that can be read.
    """
    for folder in folders:
        try:
            with (folder / "cells.csv").open(encoding="utf-8", newline="") as file:
                return {
                    _place(row): float(row[column])
                    for row in csv.DictReader(file)
                    if row["status"] == "ok"
                }
        except (OSError, KeyError, ValueError, TypeError):
            continue  # an estimate is no reason to stop
    return {}


def _place(row: Mapping[str, str]) -> Place:
    names = {name: row[name] for name in AXES}
    return Place(**names, repetition=int(row["repetition"]))

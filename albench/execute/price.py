"""What cells are expected to take: by cells that ran here, by published ones, or by updates."""

from __future__ import annotations

import csv
import statistics
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from albench.execute.estimate import kind_of
from albench.planning.chosen_cells import place_of
from albench.planning.cost import expected_cost
from albench.plural import plural
from albench.spec.slices import AXES, Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
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


def price(
    cells: Iterable[Cell], here: Mapping[str, float], published: Mapping[Place, float]
) -> Price:
    """Return what each cell of a plan is expected to take.

    Parameters
    ----------
    cells : iterable of Cell
        Planned.
    here : mapping of str to float
        Seconds of those that have run on this machine, by identity.
    published : mapping of Place to float
        Seconds of cells that ran on another one.

    Returns
    -------
    Price
        Of a kind that has run here, the median. Else what is published of the cell, in the
        proportion of those that ran on both machines. Else its updates, at the speed of those that
        are known, and without any at that of a small network.
    """
    unique = {cell.id: cell for cell in cells}
    own: dict[object, list[float]] = defaultdict(list)
    for key, cell in unique.items():
        if key in here:
            own[kind_of(cell)].append(here[key])
    scale = _scale(unique, here, published)
    seconds: dict[str, float] = {}
    n_published = n_here = 0
    for key, cell in unique.items():
        place = place_of(cell)
        if known := own.get(kind_of(cell)):
            seconds[key] = statistics.median(known)
            n_here += key in here
        elif place in published:
            seconds[key] = scale * published[place]
            n_published += 1
    rest = [cell for key, cell in unique.items() if key not in seconds]
    paces: dict[bool, list[float]] = defaultdict(
        list
    )  # of references, which train once, and others
    for key, known_seconds in seconds.items():
        cell = unique[key]
        paces[cell.strategy is None].append(known_seconds / expected_cost(cell))
    for cell in rest:
        cost = expected_cost(cell)
        alike = paces.get(cell.strategy is None) or paces.get(cell.strategy is not None)
        seconds[cell.id] = (
            statistics.median(alike) * cost
            if alike
            else SECONDS_TO_START + SECONDS_PER_UPDATE * cost
        )
    return Price(seconds, _sureness(n_here, n_published, len(rest)))


def _scale(
    cells: Mapping[str, Cell], here: Mapping[str, float], published: Mapping[Place, float]
) -> float:
    """Return how much longer this machine takes; 1 if no cell ran on both."""
    both = [
        (here[key], published[place_of(cell)])
        for key, cell in cells.items()
        if key in here and place_of(cell) in published
    ]
    there = sum(seconds for _, seconds in both)
    return sum(seconds for seconds, _ in both) / there if there else 1.0


def _sureness(n_here: int, n_published: int, n_guessed: int) -> str:
    if n_guessed:
        return "a guess by training updates, which may be ten times off until cells have run"
    if n_published and not n_here:
        return "by what is published, on a machine that may be three times as fast or slow"
    return f"by {plural(n_here, 'cell')} that ran before"


def published_seconds(*folders: Path) -> dict[Place, float]:
    """Return how long published cells took, in seconds; see `published`."""
    return published("seconds", *folders)


def published(column: str, *folders: Path) -> dict[Place, float]:
    """Return what published cells took.

    Parameters
    ----------
    column : str
        Of the table: ``seconds``, or ``peak_mb``.
    *folders : Path
        Published results; the first that has a table counts.

    Returns
    -------
    dict of Place to float
        Of the cells that succeeded; empty without a table that can be read.
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

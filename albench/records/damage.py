"""Journal lines that are not as they were written: what they cost, and whose result it was."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from albench.records.run_record import PlannedRun
from albench.records.schema import CellStatus, Finished

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from albench.records.line_content import Content
    from albench.records.run_record import PlannedCell

HEAD = re.compile(rb'[0-9a-f]{8} \{"data": ')
"""How every line begins. Inside a JSON text each quotation mark has a backslash before it, so this
cannot stand within a line."""

_IDENTITY = slice(28, 44)
"""Where a cell's identity stands in the line of its end: keys are sorted, and it is the first."""

_EVENT = re.compile(rb'"event": "(run|cell|end)"')
_EVENT_ENDS = 60
"""The name of the event stands within so many bytes of the end."""


@dataclass(frozen=True)
class Damage:
    """A line whose checksum does not hold.

    Parameters
    ----------
    file : Path
        Of the journal.
    number : int
        Of the line, from 1.
    line : bytes
        What is there.
    """

    file: Path
    number: int
    line: bytes

    @property
    def place(self) -> str:
        """File and line."""
        return f"{self.file}, line {self.number}"

    @property
    def event(self) -> str:
        """What it recorded: ``run``, ``end``, or else ``cell``, as most lines do."""
        match = _EVENT.search(self.line[-_EVENT_ENDS:])
        return "cell" if match is None else match[1].decode()

    def cell(self, planned: Iterable[str]) -> str | None:
        """Return the cell whose end it held, if that can be made out.

        Parameters
        ----------
        planned : iterable of str
            The identities of all cells that any run planned.

        Returns
        -------
        str or None
            One of `planned`: the one that stands there, or the only one that differs from it in
            one character.
        """
        if self.event != "cell":
            return None
        name = self.line[_IDENTITY].decode("latin-1")
        near = [cell for cell in planned if _n_different(cell, name) <= 1]
        return name if name in near else near[0] if len(near) == 1 else None


def pieces(line: bytes) -> list[bytes]:
    """Return the lines that became one when the end of all but the last was damaged.

    Parameters
    ----------
    line : bytes
        Between two ends of lines.

    Returns
    -------
    list of bytes
        One, unless several beginnings stand in it.
    """
    starts = [match.start() for match in HEAD.finditer(line)]
    bounds = [0, *(start for start in starts if start), len(line)]
    return [line[low:high] for low, high in pairwise(bounds)]


def costs(damages: Iterable[Damage], contents: Iterable[Content]) -> Iterator[tuple[str, str]]:
    """Yield what each damaged line costs.

    Parameters
    ----------
    damages : iterable of Damage
        Of one results folder.
    contents : iterable of content
        All that could be read there.

    Yields
    ------
    tuple of (str, str)
        The cell whose result is lost, or an empty text; and a sentence.
    """
    damages, contents = tuple(damages), tuple(contents)
    runs = [content for content in contents if isinstance(content, PlannedRun)]
    planned = {cell.cell: cell for run in runs for cell in run.cells}
    ends = [content for content in contents if isinstance(content, Finished)]
    done = {end.cell for end in ends if end.status is CellStatus.OK}
    names = planned.keys() | {end.cell for end in ends}
    for damage in damages:
        cell = damage.cell(names)
        yield cell if cell and cell not in done else "", _sentence(damage, cell, planned, done)


def _sentence(
    damage: Damage, cell: str | None, planned: Mapping[str, PlannedCell], done: set[str]
) -> str:
    place = f"{damage.place}: the line is damaged"
    if damage.event == "end":
        return f"{place}: it only told that a run had ended"
    if damage.event == "run":
        return (
            f"{place}: the record of a run is lost, and the plan of the run before it counts; "
            "results of cells are kept, and `albench run` writes the plan again"
        )
    if cell is None:
        return (
            f"{place}, and whose result it held cannot be made out; a cell without another result "
            "counts as not run, and `albench run` runs it again"
        )
    label = f"cell {cell} ({planned[cell].label})" if cell in planned else f"cell {cell}"
    if cell in done:
        return f"{place}: it was of {label}, which has another result that counts"
    return f"{place}: the result of {label} is lost and counts as not run; `albench run` runs it"


def _n_different(one: str, other: str) -> int:
    return sum(a != b for a, b in zip(one, other, strict=True)) if len(one) == len(other) else 99

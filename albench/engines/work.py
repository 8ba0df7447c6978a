"""The work of a run in units: rounds 0 first, and the cells that wait for them."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from albench.execute.cell_supervisor import round_zero_failed
from albench.records.schema import Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from albench.execute.supervise import Outcome
    from albench.planning import Cell
    from albench.records.schema import Finished


@dataclass(frozen=True)
class Unit:
    """What one child carries out: a repetition's round 0, or cells of one repetition.

    Parameters
    ----------
    cells : tuple of Cell
        One today; of a round 0, any cell of the repetition.
    is_round_zero : bool
        Whether it is the round 0 that others wait for.
    """

    cells: tuple[Cell, ...]
    is_round_zero: bool = False

    @property
    def id(self) -> str:
        """A name that is unique within a run and may be a file's."""
        if self.is_round_zero:
            return f"start-{self.cells[0].round_zero_id}"
        return "-".join(cell.id for cell in self.cells)

    @property
    def needs_round_zero(self) -> bool:
        """Whether it goes on from a round 0."""
        return not self.is_round_zero and self.cells[0].strategy is not None


@dataclass
class Agenda:
    """The units of a run in the order in which they may begin.

    Parameters
    ----------
    ready : deque of Unit
        May begin now.
    alone : list of Unit
        Were lost with others: each begins when nothing else runs, since one of them may be what
        ended the others.
    """

    ready: deque[Unit]
    alone: list[Unit] = field(default_factory=list)
    _waiting: dict[str, list[Cell]] = field(default_factory=dict)

    @classmethod
    def of(cls, cells: Sequence[Cell]) -> Agenda:
        """Return the agenda of some cells.

        Parameters
        ----------
        cells : sequence of Cell
            Of equal ones, one is run.

        Returns
        -------
        Agenda
            References and rounds 0 are ready.
        """
        unique = {cell.id: cell for cell in cells}.values()
        waiting: dict[str, list[Cell]] = {}
        for cell in unique:
            if cell.strategy is not None:
                waiting.setdefault(cell.round_zero_id, []).append(cell)
        references = [Unit((cell,)) for cell in unique if cell.strategy is None]
        starts = [Unit((group[0],), is_round_zero=True) for group in waiting.values()]
        return cls(deque([*references, *starts]), _waiting=waiting)

    def end_round_zero(self, unit: Unit, outcome: Outcome) -> list[tuple[Cell, Finished]]:
        """Let the cells begin that waited for a round 0.

        Parameters
        ----------
        unit : Unit
            The round 0.
        outcome : Outcome
            How it ended.

        Returns
        -------
        list of (Cell, Finished)
            What is to be recorded of them if it failed.
        """
        cells = self._waiting.pop(unit.cells[0].round_zero_id, [])
        if outcome.status is not Status.OK:
            return [(cell, round_zero_failed(cell, outcome)) for cell in cells]
        self.ready.extend(Unit((cell,)) for cell in cells)
        return []

    @property
    def is_empty(self) -> bool:
        """Whether nothing may begin now."""
        return not self.ready and not self.alone

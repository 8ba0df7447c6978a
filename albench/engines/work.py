"""The work of a run in units: rounds 0 first, and the cells that wait for them."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from albench.execute.cell_supervisor import round_zero_failed
from albench.records.schema import CellStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from albench.execute.supervise import Outcome
    from albench.planning import Cell
    from albench.records.schema import Finished

    Divide = Callable[[Sequence[Cell]], list[tuple[Cell, ...]]]


@dataclass(frozen=True)
class Unit:
    """What one child carries out: a cell or a round 0, or a batch of either.

    Parameters
    ----------
    cells : tuple of Cell
        Several are a batch. Of rounds 0, any cell of each repetition.
    is_round_zero : bool
        Whether they are rounds 0 that others wait for.
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


def one_by_one(cells: Sequence[Cell]) -> list[tuple[Cell, ...]]:
    """Return batches of one."""
    return [(cell,) for cell in cells]


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
    divide : callable
        Divides cells, or rounds 0, into batches.
    """

    ready: deque[Unit]
    alone: list[Unit] = field(default_factory=list)
    divide: Divide = one_by_one
    _waiting: dict[str, list[Cell]] = field(default_factory=dict)

    @classmethod
    def of(cls, cells: Sequence[Cell], divide: Divide = one_by_one) -> Agenda:
        """Return the agenda of some cells.

        Parameters
        ----------
        cells : sequence of Cell
            Of equal ones, one is run.
        divide : callable
            Divides cells into batches.

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
        references = divide([cell for cell in unique if cell.strategy is None])
        rounds_zero = divide([group[0] for group in waiting.values()])
        ready = [*map(Unit, references), *(Unit(each, is_round_zero=True) for each in rounds_zero)]
        return cls(deque(ready), divide=divide, _waiting=waiting)

    def end_rounds_zero(
        self, outcomes: Sequence[tuple[Cell, Outcome]]
    ) -> list[tuple[Cell, Finished]]:
        """Let the cells begin that waited for rounds 0.

        Parameters
        ----------
        outcomes : sequence of (Cell, Outcome)
            Any cell of each repetition, and how its round 0 ended.

        Returns
        -------
        list of (Cell, Finished)
            What is to be recorded of those whose round 0 failed.
        """
        begin: list[Cell] = []
        failed: list[tuple[Cell, Finished]] = []
        for any_cell, outcome in outcomes:
            cells = self._waiting.pop(any_cell.round_zero_id, [])
            if outcome.status is CellStatus.OK:
                begin += cells
            else:
                failed += [(cell, round_zero_failed(cell, outcome)) for cell in cells]
        self.ready.extend(map(Unit, self.divide(begin)))
        return failed

    @property
    def is_empty(self) -> bool:
        """Whether nothing may begin now."""
        return not self.ready and not self.alone

"""What a run has come to so far: cells by outcome, rounds, the rate, and what runs now."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from albench.execute.estimate import kind_of, seconds_left
from albench.records.schema import CellStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from albench.execute.estimate import Kind
    from albench.execute.run import Progress
    from albench.planning import Cell


@dataclass(frozen=True)
class Running:
    """A cell, or the round 0 of a repetition, that a child is at work on.

    Parameters
    ----------
    cell : Cell
        Of a round 0, any cell of the repetition.
    is_round_zero : bool
        Whether it is a round 0.
    began : float
        On the monotonic clock, in seconds.
    round : int or None
        The last round that ended; None before the first.
    """

    cell: Cell
    is_round_zero: bool
    began: float
    round: int | None = None


class Tally:
    """Counts the cells of a run as they begin and end.

    Parameters
    ----------
    jobs : int
        How many cells run at once, for the estimate of the time left.
    """

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs
        self.n_ok = self.n_failed = self.n_rounds = 0
        self.retries: Counter[str] = Counter()
        """By cause."""
        self.is_announced = False
        """Whether it is known how many cells there will be; of an audit it is not."""
        self._left: dict[str, Cell] = {}
        self._running: dict[str, Running] = {}
        self._durations: dict[Kind, list[float]] = {}
        self._began = time.monotonic()

    def begin(self, left: Sequence[Cell], reused: Sequence[tuple[Cell, float]]) -> None:
        """Take the cells that are to run, and start the clock.

        Parameters
        ----------
        left : sequence of Cell
            Cells to run; equal ones count once.
        reused : sequence of (Cell, float)
            Cells that are done, with their seconds, for the first estimate.
        """
        self.is_announced = True
        self._left = {cell.id: cell for cell in left}
        for cell, seconds in reused:
            self._durations.setdefault(kind_of(cell), []).append(seconds)
        self._began = time.monotonic()

    def count(self, progress: Progress) -> None:
        """Take an event of the run; those that change no count are ignored."""
        cell = progress.cell
        if cell is None:
            return
        if progress.kind == "begin":
            is_round_zero = progress.round == 0
            key = _key(cell, is_round_zero=is_round_zero)
            self._running[key] = Running(cell, is_round_zero, time.monotonic())
        elif progress.kind == "round zero":
            self._running.pop(_key(cell, is_round_zero=True), None)
        elif progress.kind == "round":
            self._end_round(cell, progress.round)
        elif progress.kind == "retry":
            self.retries[progress.text] += 1
        elif progress.finished is not None:
            self._end(cell, progress.finished.status, progress.finished.seconds)

    @property
    def n_left(self) -> int:
        """Cells without an outcome, those that run included."""
        return len(self._left)

    @property
    def n_ended(self) -> int:
        """Cells that succeeded or failed."""
        return self.n_ok + self.n_failed

    @property
    def n_cells(self) -> int:
        """All cells of this run."""
        return self.n_ended + self.n_left

    @property
    def has_begun(self) -> bool:
        """Whether there is anything to count."""
        return bool(self.n_cells or self._running)

    @property
    def running(self) -> tuple[Running, ...]:
        """What runs now, the longest first."""
        return tuple(self._running.values())

    @property
    def seconds(self) -> float:
        """Wall time since the first cell began."""
        return time.monotonic() - self._began

    @property
    def cells_a_minute(self) -> float | None:
        """The rate at which cells ended, failures included; None before the first."""
        return 60 * self.n_ended / self.seconds if self.n_ended and self.seconds else None

    @property
    def seconds_left(self) -> float | None:
        """The estimated wall time of the cells that are left; None before any cell has ended."""
        return seconds_left(self._left.values(), self._durations, self.jobs)

    def _end_round(self, cell: Cell, number: int | None) -> None:
        self.n_rounds += 1
        if cell.id in self._running:
            self._running[cell.id] = replace(self._running[cell.id], round=number)

    def _end(self, cell: Cell, status: CellStatus, seconds: float) -> None:
        self._left.pop(cell.id, None)
        self._running.pop(cell.id, None)
        if status is CellStatus.OK:
            self.n_ok += 1
            self._durations.setdefault(kind_of(cell), []).append(seconds)
        else:
            self.n_failed += 1


def _key(cell: Cell, *, is_round_zero: bool) -> str:
    return f"round 0 of {cell.round_zero_id}" if is_round_zero else cell.id

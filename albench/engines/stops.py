"""When the children of a run stop: all at once, or each when its cells have ended their round."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from albench.planning import Cell


class Stops:
    """The stops of the units that run now; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._are_all_stopped = self._is_ending = False
        self._units: list[tuple[set[str], threading.Event]] = []

    @property
    def is_ending(self) -> bool:
        """Whether nothing new should begin."""
        return self._is_ending

    @property
    def are_all_stopped(self) -> bool:
        """Whether every child was stopped wherever it was."""
        return self._are_all_stopped

    @contextmanager
    def of(self, cells: Sequence[Cell]) -> Iterator[threading.Event]:
        """Yield the stop of a unit that begins.

        Parameters
        ----------
        cells : sequence of Cell
            That share its child.

        Yields
        ------
        threading.Event
            Set when the child is to be stopped.
        """
        unit = {cell.id for cell in cells}, threading.Event()
        with self._lock:
            self._units.append(unit)
            if self._are_all_stopped:
                unit[1].set()
        try:
            yield unit[1]
        finally:
            with self._lock:
                self._units.remove(unit)

    def end_soon(self) -> None:
        """Let each unit stop when its cells have ended their round.

        May be called by a signal's handler: nothing is locked here.
        """
        self._is_ending = True

    def end_round(self, cell: Cell, n_left: int) -> None:
        """Stop the unit of a cell whose round has ended, if its other cells have ended theirs too.

        Parameters
        ----------
        cell : Cell
            Which.
        n_left : int
            How many rounds it still has; one without any is about to end by itself.
        """
        if self._is_ending and n_left:
            self.end(cell)

    def end(self, cell: Cell) -> None:
        """Take note of a cell that needs its unit no longer."""
        with self._lock:
            for waiting, stop in self._units:
                if cell.id in waiting:
                    waiting.remove(cell.id)
                    if not waiting and self._is_ending:
                        stop.set()

    def stop_all(self) -> None:
        """Stop every unit at once, and those that begin."""
        with self._lock:
            self._are_all_stopped = self._is_ending = True
            for _, stop in self._units:
                stop.set()

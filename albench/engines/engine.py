"""The contract of an engine: it runs cells and hands back their outcomes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from albench.planning import Cell
    from albench.records.schema import Finished

    Record = Callable[[Cell, Finished], None]


class Engine(Protocol):
    """Carries out cells; who asks for that writes the records."""

    def carry_out(self, cells: Sequence[Cell], record: Record) -> None:
        """Run cells, each supervised in a child of its own.

        Parameters
        ----------
        cells : sequence of Cell
            Those that have no result yet.
        record : callable
            Takes each cell with its outcome, once; it is on disk when that returns. Called
            from one thread at a time.

        Raises
        ------
        BaseException
            What interrupts it, after every child of this process has been stopped.
        """

    def end_soon(self) -> None:
        """Let `carry_out` return when what runs here has ended its round; begin nothing more.

        May be called amid anything, by a signal's handler.
        """

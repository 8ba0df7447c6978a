"""How often each cell of a run was tried again, and why."""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING

from albench.execute.run import Progress
from albench.records.retry_causes import Cause

if TYPE_CHECKING:
    from collections.abc import Callable

    from albench.planning import Cell


class Retries:
    """Counts attempts that are made again; safe to use from several threads.

    Those of a round 0 count for the cell that it was carried out for.

    Parameters
    ----------
    watch : callable
        Told of each.
    """

    def __init__(self, watch: Callable[[Progress], None]) -> None:
        self._watch = watch
        self._counts: dict[str, Counter[str]] = {}
        self._lock = threading.Lock()

    def add(self, cell: Cell, cause: Cause) -> None:
        """Count a cell that is tried again."""
        with self._lock:
            self._counts.setdefault(cell.id, Counter())[cause.value] += 1
        self._watch(Progress("retry", cell, text=cause.value))

    def of(self, cell: str) -> dict[str, int]:
        """Return how often a cell, by its identity, was tried again, by cause."""
        with self._lock:
            return dict(self._counts.get(cell, {}))

    def allow_memory(self, cell: Cell) -> bool:
        """Return whether a cell that ran out of memory may be tried again."""
        return Cause.OUT_OF_MEMORY not in self.of(cell.id)

"""The one who writes a run's journal, whichever engine carries the cells out."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from albench.execute.run import Progress
from albench.execute.untouched import require_untouched

if TYPE_CHECKING:
    from collections.abc import Callable

    from albench.planning import Cell
    from albench.records.journal import Journal
    from albench.records.schema import Finished


class Recorder:
    """Writes one record per cell, and reports it.

    Parameters
    ----------
    records : Journal
        Takes one event a cell.
    watch : callable
        Called for each cell once it is on disk.
    """

    def __init__(self, records: Journal, watch: Callable[[Progress], None]) -> None:
        self._records, self._watch = records, watch
        self._lock = threading.Lock()

    def record(self, cell: Cell, finished: Finished) -> None:
        """Write the outcome of a cell; it is on disk when this returns.

        Parameters
        ----------
        cell : Cell
            Which.
        finished : Finished
            Its outcome.

        Raises
        ------
        AlbenchError
            If the disk takes no more, or a plugin has replaced functions of albench by now.
        """
        require_untouched()  # by now, a plugin's thread may have replaced what scored it
        self._records.append("cell", finished.to_json())
        with self._lock:
            self._watch(Progress("cell", cell, finished))

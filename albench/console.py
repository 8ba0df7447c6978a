"""The progress of a run: one line kept up to date on a terminal, occasional lines in a log."""

from __future__ import annotations

import shutil
import sys
import time
from typing import TYPE_CHECKING, TextIO

from albench.execute.estimate import kind_of, seconds_left
from albench.output import discard
from albench.records.printable import printable
from albench.records.schema import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from albench.execute.estimate import Kind
    from albench.execute.run import Progress
    from albench.plan import Cell
    from albench.records.schema import Finished

BAR_WIDTH = 24
LOG_SECONDS = 15.0
REDRAW_SECONDS = 0.2


class Watcher:
    """Counts the cells of a run as they end, and shows progress.

    Parameters
    ----------
    jobs : int
        How many cells run at once, for the estimate of the time left.
    tell : callable
        Prints a permanent line.
    stream : file or None
        Where the progress line goes; None is standard error. If writing to it fails, progress is no
        longer shown and the run continues.
    """

    def __init__(
        self, jobs: int, tell: Callable[[str], None], stream: TextIO | None = None
    ) -> None:
        self._jobs = jobs
        self._tell = tell
        self._stream: TextIO | None = sys.stderr if stream is None else stream
        self._is_live = self._stream is not None and self._stream.isatty()
        self._left: dict[str, Cell] = {}
        self._durations: dict[Kind, list[float]] = {}
        self._n_done = 0
        self._n_failed = 0
        self._n_starts = 0
        self._began = time.monotonic()
        self._shown = 0.0
        self._latest = ""

    def __enter__(self) -> Watcher:
        return self

    def __exit__(self, *_: object) -> None:
        self._clear()

    def begin(self, left: Sequence[Cell], reused: Sequence[tuple[Cell, float]]) -> None:
        """Announce the cells that are to run and those that are reused.

        Parameters
        ----------
        left : sequence of Cell
            Cells to run.
        reused : sequence of (Cell, float)
            Cells that are done, with their seconds, for the first estimate.
        """
        self._left = {cell.id: cell for cell in left}
        for cell, seconds in reused:
            self._durations.setdefault(kind_of(cell), []).append(seconds)
        self._say(f"{len(left)} cells to run, {len(reused)} reused, {self._jobs} at once")
        self._began = time.monotonic()

    def watch(self, progress: Progress) -> None:
        """Show one event of the run.

        Parameters
        ----------
        progress : Progress
            The event.
        """
        if progress.kind == "prepare":
            self._latest = f"preparing {progress.text}"
        elif progress.kind == "notice":
            self._say(progress.text)
        elif progress.kind == "start":
            self._n_starts += 1
        elif progress.cell is not None and progress.finished is not None:
            self._count(progress.cell, progress.finished)
        self._show()

    def _count(self, cell: Cell, finished: Finished) -> None:
        self._left.pop(cell.id, None)
        self._latest = name_of(cell)
        if finished.status is Status.OK:
            self._n_done += 1
            self._durations.setdefault(kind_of(cell), []).append(finished.seconds)
        else:
            self._n_failed += 1
            self._say(f"{finished.status}: {name_of(cell)}: {finished.reason}")

    def _show(self) -> None:
        now = time.monotonic()
        if now - self._shown < (REDRAW_SECONDS if self._is_live else LOG_SECONDS):
            return
        self._shown = now
        line = printable(self._line())
        if self._is_live:
            width = shutil.get_terminal_size().columns - 1
            self._write(f"\r\x1b[K{line[:width]}")
        else:
            self._write(f"{line}\n")

    def _write(self, text: str) -> None:
        if self._stream is None:  # standard error was closed when the process began
            return
        try:
            self._stream.write(text)
            self._stream.flush()
        # The reader has left, the disk is full, or the stream was closed.
        except (OSError, ValueError):
            discard(self._stream)
            self._stream, self._is_live = None, False

    def _line(self) -> str:
        n_over = self._n_done + self._n_failed
        total = n_over + len(self._left)
        if not total:
            return self._latest
        filled = round(BAR_WIDTH * n_over / total)
        bar = "#" * filled + "." * (BAR_WIDTH - filled)
        failed = f", {self._n_failed} failed" if self._n_failed else ""
        spent = clock(time.monotonic() - self._began)
        return (
            f"[{bar}] {n_over}/{total} cells{failed}, {spent}, {self._forecast()}  {self._latest}"
        )

    def _forecast(self) -> str:
        seconds = seconds_left(self._left.values(), self._durations, self._jobs)
        return "time left unknown" if seconds is None else f"about {clock(seconds)} left"

    def _say(self, line: str) -> None:
        self._clear()
        self._tell(printable(line))

    def _clear(self) -> None:
        if self._is_live:
            self._write("\r\x1b[K")


def name_of(cell: Cell) -> str:
    """Return a readable name of a cell.

    Parameters
    ----------
    cell : Cell
        Any cell.

    Returns
    -------
    str
        Block, strategy and repetition.
    """
    return " · ".join((*cell.block, cell.strategy_label, f"repetition {cell.repetition}"))


def clock(seconds: float) -> str:
    """Return a duration in hours, minutes and seconds.

    Parameters
    ----------
    seconds : float
        Rounded to whole seconds.

    Returns
    -------
    str
        ``1:05`` or ``2:03:05``.

    Examples
    --------
    >>> clock(65.2), clock(7385)
    ('1:05', '2:03:05')
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"

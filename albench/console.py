"""The progress of a run: lines kept up to date on a terminal, occasional lines in a log."""

from __future__ import annotations

import sys
import threading
import time
from typing import TYPE_CHECKING, TextIO

from rich.console import Console, Group
from rich.constrain import Constrain
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from albench.execute.tally import Tally
from albench.output import LastingStream
from albench.plural import plural
from albench.records.printable import printable
from albench.records.retry_causes import retries_text
from albench.records.schema import CellStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from rich.console import RenderableType

    from albench.execute.run import Progress
    from albench.execute.tally import Running
    from albench.planning import Cell
    from albench.records.schema import Finished

BAR_WIDTH = 24
ID_CHARACTERS = 8
LOG_SECONDS = 15.0
REDRAWS_A_SECOND = 4
SPARE_COLUMNS = 3
"""The terminal writes ^C behind what is drawn; if that wrapped, a line would stay."""
OTHER_LINES = 5
"""Lines of a terminal that are not for running cells: bar, counts, "and 3 more", and two spare."""


class Watcher:
    """Counts the cells of a run as they end, and shows progress.

    On a terminal, a few lines are redrawn four times a second, at the width it has then. Elsewhere
    (a file, tox, a continuous-integration job) a plain line is written now and then.

    Parameters
    ----------
    jobs : int
        How many cells run at once, for the estimate of the time left.
    tell : callable
        Prints a permanent line.
    stream : file or None
        Where progress goes; None is standard error. If writing to it fails, progress is no longer
        shown and the run continues.
    logs : Path or None
        The folder of the cells' logs, which failures name; None names none.
    """

    def __init__(
        self,
        jobs: int,
        tell: Callable[[str], None],
        stream: TextIO | None = None,
        logs: Path | None = None,
    ) -> None:
        self._tell, self._logs = tell, logs
        self._stream = LastingStream(sys.stderr if stream is None else stream)
        self._console = terminal(self._stream)
        self._live: Live | None = None
        self._tally = Tally(jobs)
        self._latest = ""
        self._shown = -LOG_SECONDS
        self._counting = threading.Lock()  # of the thread that redraws and those that count
        self._drawing = threading.Lock()  # nothing is drawn while a permanent line is written

    def __enter__(self) -> Watcher:
        return self

    def __exit__(self, *_: object) -> None:
        with self._drawing:
            self._erase()

    def begin(self, left: Sequence[Cell], reused: Sequence[tuple[Cell, float]]) -> None:
        """Announce the cells that are to run and those that are reused.

        Parameters
        ----------
        left : sequence of Cell
            Cells to run.
        reused : sequence of (Cell, float)
            Cells that are done, with their seconds, for the first estimate.
        """
        processes = plural(self._tally.jobs, "process", "processes")
        n_cells = plural(len(left), "cell")
        self._say(f"{n_cells} to run, {len(reused)} reused, {processes} at once")
        with self._counting:
            self._latest = ""
            self._tally.begin(left, reused)

    def watch(self, progress: Progress) -> None:
        """Show one event of the run.

        Parameters
        ----------
        progress : Progress
            The event.
        """
        with self._counting:
            self._tally.count(progress)
            if progress.kind == "prepare":
                self._latest = f"preparing {progress.text}"
        if progress.kind == "notice":
            self._say(progress.text)
        cell, finished = progress.cell, progress.finished
        if cell is not None and finished is not None and finished.status is not CellStatus.OK:
            self._say(self._failure(cell, finished))
        self._show()

    def _failure(self, cell: Cell, finished: Finished) -> str:
        lines = [f"{finished.status}: {cell.id}: {name_of(cell)}: {finished.reason}"]
        if log := self._log_of(cell):
            lines.append(f"  log: {log}")
        return "\n".join(lines)

    def _log_of(self, cell: Cell) -> Path | None:
        """Return the log of a cell, or of its round 0 if it never began; None without either."""
        if self._logs is None:
            return None
        from albench.execute.cell_supervisor import round_zero_log  # a run has imported it

        logs = (self._logs / f"{cell.id}.log", self._logs / f"{round_zero_log(cell)}.log")
        return next((log for log in logs if log.exists()), None)

    def _show(self) -> None:
        with self._drawing:
            if self._console is not None:
                self._draw(self._console)
                return
            now = time.monotonic()
            if now - self._shown >= LOG_SECONDS:
                self._shown = now
                self._stream.write(f"{printable(self._line())}\n")
                self._stream.flush()

    def _say(self, text: str) -> None:
        with self._drawing:
            self._erase()
            self._tell(printable(text))

    def _draw(self, console: Console) -> None:
        """Begin to draw, below what has been written; a thread redraws from then on."""
        if self._live is None:
            self._live = Live(
                console=console,
                refresh_per_second=REDRAWS_A_SECOND,
                transient=True,
                redirect_stdout=False,
                redirect_stderr=self._stream.is_of(sys.stderr),  # warnings appear above
                get_renderable=lambda: self._frame(console),
            )
            self._live.start(refresh=True)

    def _erase(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None  # another is needed: this one would go on where it was

    def _line(self) -> str:
        """Return the state of the run as one line for a log."""
        tally = self._tally
        if not tally.has_begun:
            return self._latest
        return ", ".join([_cells(tally), *_counts(tally), clock(tally.seconds), _forecast(tally)])

    def _frame(self, console: Console) -> RenderableType:
        """Return the state of the run as the lines of a terminal of the size that it has now."""
        with self._counting:
            lines = self._lines(console.height)
        return _narrower(lines, console)

    def _lines(self, height: int) -> list[RenderableType]:
        tally = self._tally
        if not tally.has_begun:
            return [_row(self._latest)]
        rows = [_running_row(each) for each in tally.running]
        most = max(1, height - OTHER_LINES)
        if len(rows) > most:
            rows = [*rows[:most], _more(len(rows) - most)]
        return [_bar(tally), _row(" · ".join(_counts(tally))), *rows]


class Redrawn:
    """A text on standard output that is redrawn on a terminal; elsewhere, new versions follow.

    Parameters
    ----------
    stream : TextIO or None
        Standard output.
    """

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = LastingStream(stream)
        self._console = terminal(self._stream)
        self._live: Live | None = None
        self._text = ""

    def __enter__(self) -> Redrawn:
        return self

    def __exit__(self, *_: object) -> None:
        if self._live is not None:
            self._live.stop()

    def show(self, text: str) -> None:
        """Show a text instead of the one before; on a terminal, what fits on it.

        Parameters
        ----------
        text : str
            Lines.
        """
        is_new, self._text = text != self._text, text
        if self._console is None:
            if is_new:
                self._stream.write(f"{printable(text)}\n")
                self._stream.flush()
        elif self._live is None:
            self._live = self._live_on(self._console)
            self._live.start(refresh=True)

    def _live_on(self, console: Console) -> Live:
        return Live(
            console=console,
            refresh_per_second=REDRAWS_A_SECOND,
            transient=True,
            redirect_stdout=False,
            get_renderable=lambda: _narrower(self._lines(console.height), console),
        )

    def _lines(self, height: int) -> list[RenderableType]:
        rows = [_row(line) for line in self._text.splitlines()]
        most = max(1, height - OTHER_LINES)
        return [*rows[:most], *([] if len(rows) <= most else [_more(len(rows) - most)])]


def terminal(stream: LastingStream) -> Console | None:
    """Return what draws on a stream, or None if the stream is no terminal that can be drawn on.

    Parameters
    ----------
    stream : LastingStream
        Standard output or standard error.

    Returns
    -------
    Console or None
        One that reads no markup. ``NO_COLOR`` is honoured; variables that make other programs take
        a file for a terminal are not.
    """
    if not stream.isatty():
        return None
    console = Console(file=stream.as_text(), markup=False, emoji=False, highlight=False)
    return None if console.is_dumb_terminal or not console.is_terminal else console


def _bar(tally: Tally) -> RenderableType:
    times = _row(f"{_cells(tally)}  {clock(tally.seconds)}  {_forecast(tally)}")
    total = tally.n_cells if tally.is_announced else None
    bar = ProgressBar(
        total=total, completed=tally.n_ended, width=BAR_WIDTH, complete_style="bar.finished"
    )  # its own red would look like failure
    line = Table.grid(padding=(0, 1))
    line.add_row(bar, times)
    return line


def _cells(tally: Tally) -> str:
    if not tally.is_announced:
        return plural(tally.n_ended, "cell")
    return f"{tally.n_ended}/{plural(tally.n_cells, 'cell')}"


def _counts(tally: Tally) -> list[str]:
    rate = tally.cells_a_minute
    return [
        f"{tally.n_ok} ok",
        f"{tally.n_failed} failed",
        *([f"{tally.n_left} left"] if tally.is_announced else []),
        plural(tally.n_rounds, "round"),
        *([retries_text(tally.retries)] if tally.retries else []),
        *([] if rate is None else [f"{rate:.1f} cells a minute"]),
    ]


def _forecast(tally: Tally) -> str:
    seconds = tally.seconds_left
    return "time left unknown" if seconds is None else f"about {clock(seconds)} left"


def _running_row(running: Running) -> Text:
    cell = running.cell
    shown = clock(time.monotonic() - running.began)
    place = f"{' · '.join(cell.block)} · repetition {cell.repetition}"
    if running.is_round_zero:
        return _row(f"  {'':{ID_CHARACTERS}}  {shown:>7}  round 0   {place}")
    ended = "" if running.round is None else f"round {running.round}"
    start = f"  {cell.id[:ID_CHARACTERS]}  {shown:>7}  {ended:8}"
    return _row(f"{start}  {cell.strategy_label} · {place}")


def _narrower(lines: Sequence[RenderableType], console: Console) -> RenderableType:
    return Constrain(Group(*lines), max(1, console.width - SPARE_COLUMNS))


def _more(n: int) -> Text:
    return _row(f"and {n} more", "dim")


def _row(text: str, style: str = "") -> Text:
    """Return one line that is cut, never wrapped, and read as it stands."""
    line = " ".join(printable(text).splitlines()).replace("\t", " ")
    return Text(line, style, no_wrap=True, overflow="ellipsis")


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

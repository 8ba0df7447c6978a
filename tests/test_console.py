"""Progress counts, estimates and keeps failures in sight, on a terminal and in a log."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from albench import console
from albench.console import Watcher, clock, name_of
from albench.execute.run import Progress
from albench.records.schema import CellStatus, Finished

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from albench.planning import Cell, Plan


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Show every line, however short the time since the last one."""
    monkeypatch.setattr(console, "LOG_SECONDS", -1.0)
    for name in ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


@pytest.fixture
def cells(planned: Callable[..., Plan]) -> tuple[Cell, ...]:
    return planned().cells


@pytest.fixture
def kept() -> list[str]:
    """The lines that stay."""
    return []


@pytest.fixture
def watcher(kept: list[str], log: io.StringIO) -> Watcher:
    return Watcher(2, kept.append, log)


def ended(cell: Cell, status: CellStatus = CellStatus.OK, seconds: float = 10.0) -> Progress:
    reason = "" if status is CellStatus.OK else "it failed"
    return Progress(
        "cell", cell, Finished(cell=cell.id, status=status, reason=reason, seconds=seconds)
    )


@pytest.fixture
def log() -> io.StringIO:
    """A stream that is no terminal."""
    return io.StringIO()


def plain(text: str) -> str:
    """Return what was drawn, without control sequences."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0, "0:00"), (59.4, "0:59"), (59.6, "1:00"), (3599, "59:59"), (3600, "1:00:00")],
)
def test_a_duration_is_shown_as_a_clock_does(seconds: float, expected: str) -> None:
    assert clock(seconds) == expected


def test_a_cell_is_named_as_a_person_would(cells: tuple[Cell, ...]) -> None:
    assert name_of(cells[0]) == "clinic · a · small · tenth · all-labels · repetition 0"


def test_a_run_begins_with_what_is_to_be_done(
    cells: tuple[Cell, ...], watcher: Watcher, kept: list[str]
) -> None:
    watcher.begin(cells[2:], [(cells[0], 3.0), (cells[1], 3.0)])
    assert kept == ["10 cells to run, 2 reused, 2 processes at once"]


def test_one_cell_is_no_cells(cells: tuple[Cell, ...], watcher: Watcher, kept: list[str]) -> None:
    watcher.begin(cells[:1], [])
    assert kept == ["1 cell to run, 0 reused, 2 processes at once"]


def test_cells_that_ended_are_counted(
    cells: tuple[Cell, ...], watcher: Watcher, log: io.StringIO
) -> None:
    watcher.begin(cells, [])
    for cell in cells[:3]:
        watcher.watch(ended(cell))
    line = log.getvalue().splitlines()[-1]
    assert line.startswith("3/12 cells, 3 ok, 0 failed, 9 left, 0 rounds, ")
    assert " cells a minute, 0:0" in line


def test_rounds_are_counted(cells: tuple[Cell, ...], watcher: Watcher, log: io.StringIO) -> None:
    watcher.begin(cells, [])
    watcher.watch(Progress("begin", cells[0]))
    watcher.watch(Progress("round", cells[0], round=1))
    assert ", 1 round, " in log.getvalue().splitlines()[-1]


def test_an_audit_counts_cells_without_knowing_how_many_there_are(
    cells: tuple[Cell, ...], watcher: Watcher, log: io.StringIO
) -> None:
    watcher.watch(Progress("begin", cells[0]))
    watcher.watch(ended(cells[0]))
    assert log.getvalue().splitlines()[-1].startswith("1 cell, 1 ok, 0 failed, 0 rounds, ")


def test_a_failure_is_told_with_its_identity_and_reason(
    cells: tuple[Cell, ...], watcher: Watcher, kept: list[str], log: io.StringIO
) -> None:
    watcher.begin(cells, [])
    watcher.watch(ended(cells[0], CellStatus.TIMEOUT))
    assert kept[-1] == f"timeout: {cells[0].id}: {name_of(cells[0])}: it failed"
    assert "1/12 cells, 0 ok, 1 failed, " in log.getvalue()


@pytest.mark.parametrize("of_round_zero", [False, True], ids=["its own", "of round 0"])
def test_a_failure_names_the_log(
    of_round_zero: bool, cells: tuple[Cell, ...], kept: list[str], tmp_path: Path
) -> None:
    cell = cells[1]
    name = f"start-{cell.round_zero_id}.log" if of_round_zero else f"{cell.id}.log"
    (tmp_path / name).touch()
    with Watcher(2, kept.append, io.StringIO(), tmp_path) as watcher:
        watcher.watch(ended(cell, CellStatus.CRASHED))
    assert kept[-1].endswith(f": it failed\n  log: {tmp_path / name}")


def test_the_time_left_is_unknown_before_a_cell_has_ended(
    cells: tuple[Cell, ...], watcher: Watcher, log: io.StringIO
) -> None:
    watcher.begin(cells, [])
    watcher.watch(Progress("round zero", cells[0]))
    assert "time left unknown" in log.getvalue()


def test_the_time_left_is_judged_by_the_cells_that_ended(
    cells: tuple[Cell, ...], watcher: Watcher, log: io.StringIO
) -> None:
    watcher.begin(cells[:5], [])
    watcher.watch(ended(cells[1], seconds=60.0))
    assert "about 2:00 left" in log.getvalue()  # four cells of a minute, two at once


def test_cells_that_are_reused_make_the_first_estimate(
    cells: tuple[Cell, ...], watcher: Watcher, log: io.StringIO
) -> None:
    watcher.begin(cells[2:6], [(cells[1], 60.0)])
    watcher.watch(Progress("round zero", cells[2]))
    assert "about 2:00 left" in log.getvalue()


def test_what_is_prepared_is_shown_before_there_are_cells(
    watcher: Watcher, log: io.StringIO
) -> None:
    watcher.watch(Progress("prepare", text="clinic a for small"))
    assert log.getvalue() == "preparing clinic a for small\n"


def test_a_log_is_plain_text(
    cells: tuple[Cell, ...],
    kept: list[str],
    log: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):  # as some services set
        monkeypatch.setenv(name, "1")
    with Watcher(1, kept.append, log) as watcher:
        run_through(watcher, cells)
    assert log.getvalue().replace("\n", "").isprintable()


def run_through(watcher: Watcher, cells: tuple[Cell, ...]) -> None:
    watcher.begin(cells, [])
    watcher.watch(Progress("begin", cells[1], round=0))
    watcher.watch(Progress("round zero", cells[1]))
    for cell in cells[:4]:
        watcher.watch(Progress("begin", cell))
        watcher.watch(Progress("round", cell, round=3))
    watcher.watch(ended(cells[0]))
    watcher.watch(ended(cells[1], CellStatus.ERROR))


def test_a_log_is_not_flooded(
    cells: tuple[Cell, ...],
    watcher: Watcher,
    log: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(console, "LOG_SECONDS", 1000.0)
    watcher.begin(cells, [])
    for cell in cells:
        watcher.watch(ended(cell))
    assert len(log.getvalue().splitlines()) == 1


def test_a_terminal_shows_counts_and_the_cells_that_run(
    cells: tuple[Cell, ...], kept: list[str]
) -> None:
    stream = Terminal()
    with Watcher(1, kept.append, stream) as watcher:
        run_through(watcher, cells)
    text = plain(stream.getvalue())
    assert "2/12 cells  0:00  about " in text
    assert "1 ok · 1 failed · 10 left · 4 rounds" in text
    assert f"  {cells[2].id[:8]}     0:00  round 3   {cells[2].strategy_label} · clinic" in text


def test_a_terminal_is_left_as_it_was_after_an_interrupt(
    cells: tuple[Cell, ...], kept: list[str]
) -> None:
    stream = Terminal()
    with pytest.raises(KeyboardInterrupt), Watcher(1, kept.append, stream) as watcher:  # noqa: PT012  # it leaves in the middle
        run_through(watcher, cells)
        raise KeyboardInterrupt
    drawn = stream.getvalue()
    assert drawn.rindex("\x1b[?25h") > drawn.rindex("\x1b[?25l")  # the cursor is shown again
    assert plain(drawn.rpartition("\x1b[?25h")[2]) == "\r"  # and the lines are erased


@pytest.mark.parametrize("width", [20, 40, 80, 120])
def test_nothing_wraps(
    width: int, cells: tuple[Cell, ...], kept: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    stream = Terminal()
    with Watcher(1, kept.append, stream) as watcher:
        run_through(watcher, tuple(replace(cell, budget_label="b" * 90) for cell in cells))
    lines = re.split(r"[\n\r]", plain(stream.getvalue()))
    assert max(map(len, lines)) == width - len("^C ")


def test_a_small_terminal_shows_some_of_the_cells_that_run(
    cells: tuple[Cell, ...], kept: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINES", "8")
    stream = Terminal()
    with Watcher(12, kept.append, stream) as watcher:
        watcher.begin(cells, [])
        for cell in cells:
            watcher.watch(Progress("begin", cell))
        watcher.watch(Progress("round", cells[0], round=1))
    assert "and 9 more" in plain(stream.getvalue())


def test_names_are_no_markup_and_control_nothing(
    cells: tuple[Cell, ...], kept: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    stream = Terminal()
    odd = replace(cells[0], budget_label="[bold]x[/]\x1b[31m\n:smile:")
    with Watcher(1, kept.append, stream) as watcher:
        watcher.begin([odd], [])
        watcher.watch(Progress("begin", odd))
        watcher.watch(Progress("round", odd, round=1))
    assert r"[bold]x[/]\x1b[31m :smile: · repetition" in stream.getvalue()


def test_no_colour_is_honoured(
    cells: tuple[Cell, ...], kept: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    stream = Terminal()
    with Watcher(1, kept.append, stream) as watcher:
        run_through(watcher, cells)
    assert not re.search(r"\x1b\[[0-9;]*m", stream.getvalue().replace("\x1b[0m", ""))


def test_a_dumb_terminal_is_a_log(
    cells: tuple[Cell, ...], kept: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    stream = Terminal()
    with Watcher(1, kept.append, stream) as watcher:
        run_through(watcher, cells)
    assert stream.getvalue().replace("\n", "").isprintable()


def test_a_permanent_line_is_told_while_nothing_is_drawn(cells: tuple[Cell, ...]) -> None:
    stream = Terminal()
    cursor_is_shown = []

    def tell(line: str) -> None:
        drawn = stream.getvalue()
        cursor_is_shown.append(drawn.rfind("\x1b[?25h") >= drawn.rfind("\x1b[?25l"))

    with Watcher(1, tell, stream) as watcher:
        run_through(watcher, cells)
    assert cursor_is_shown == [True, True]


def test_a_terminal_that_cannot_encode_a_character_shows_another(
    cells: tuple[Cell, ...], kept: list[str]
) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    stream.isatty = lambda: True  # type: ignore[method-assign]
    with Watcher(1, kept.append, stream) as watcher:
        run_through(watcher, cells)
    assert b"1 ok ? 1 failed" in raw.getvalue()


def test_a_cell_of_two_blocks_is_counted_once(
    cells: tuple[Cell, ...], watcher: Watcher, log: io.StringIO
) -> None:
    shared = replace(cells[0], budget_label="fifth")
    watcher.begin([cells[0], shared], [])
    watcher.watch(ended(shared))
    assert log.getvalue().startswith("1/1 cell, ")


class Broken(Terminal):
    """A terminal that is gone after so many writes."""

    def __init__(self, error: Exception, left: int) -> None:
        super().__init__()
        self.error, self.left = error, left

    def write(self, text: str) -> int:
        if not self.left:
            raise self.error
        self.left -= 1
        return super().write(text)


@pytest.mark.parametrize("left", [0, 1, 2, 5])
@pytest.mark.parametrize(
    "error", [BrokenPipeError(), OSError(28, "No space left"), ValueError("closed file")], ids=repr
)
def test_a_run_goes_on_when_its_live_line_cannot_be_shown(
    error: Exception, left: int, cells: tuple[Cell, ...], kept: list[str]
) -> None:
    with Watcher(2, kept.append, Broken(error, left)) as watcher:
        watcher.begin(cells, [])
        for cell in cells:
            watcher.watch(Progress("round zero", cell))
            watcher.watch(ended(cell, CellStatus.TIMEOUT))
    assert len(kept) == 1 + len(cells)


def test_a_run_goes_on_without_a_standard_error(
    cells: tuple[Cell, ...], kept: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr", None)
    with Watcher(2, kept.append) as watcher:
        watcher.begin(cells, [])
        watcher.watch(ended(cells[0]))
    assert len(kept) == 1


LOSES_ITS_READER = """
import sys
from albench import console
from albench.execute.run import Progress
console.LOG_SECONDS = -1.0
with console.Watcher(1, lambda line: None) as watcher:
    print("ready", flush=True)
    sys.stdin.readline()
    for _ in range(3):
        watcher.watch(Progress("prepare", text="data"))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="pipes break otherwise")
def test_a_reader_of_the_standard_error_that_left_leaves_the_exit_status_alone() -> None:
    pipe = subprocess.PIPE
    child = subprocess.Popen(  # noqa: S603  # our own code
        [sys.executable, "-c", LOSES_ITS_READER], stdin=pipe, stdout=pipe, stderr=pipe
    )
    assert child.stdin is not None
    assert child.stdout is not None
    assert child.stderr is not None
    child.stdout.readline()
    child.stderr.close()
    child.stdin.write(b"go on\n")
    child.stdin.close()
    assert child.wait() == 0
    child.stdout.close()

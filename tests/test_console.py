"""A run is shown on one line that counts, estimates and keeps failures in sight."""

from __future__ import annotations

import io
import subprocess
import sys
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from albench import console
from albench.console import Watcher, clock, name_of
from albench.execute.run import Progress
from albench.records.schema import Finished, Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from albench.plan import Cell, Plan


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Show every line, however short the time since the last one."""
    monkeypatch.setattr(console, "LOG_SECONDS", -1.0)
    monkeypatch.setattr(console, "REDRAW_SECONDS", -1.0)


@pytest.fixture
def cells(planned: Callable[..., Plan]) -> tuple[Cell, ...]:
    return planned().cells


@pytest.fixture
def kept() -> list[str]:
    """The lines that stay."""
    return []


@pytest.fixture
def watcher(kept: list[str]) -> Watcher:
    return Watcher(2, kept.append, io.StringIO())


def ended(cell: Cell, status: Status = Status.OK, seconds: float = 10.0) -> Progress:
    reason = "" if status is Status.OK else "it failed"
    return Progress(
        "cell", cell, Finished(cell=cell.id, status=status, reason=reason, seconds=seconds)
    )


def shown(watcher: Watcher) -> str:
    stream = watcher._stream
    assert isinstance(stream, io.StringIO)
    return stream.getvalue()


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
    assert kept == ["10 cells to run, 2 reused, 2 at once"]


def test_cells_that_ended_are_counted(cells: tuple[Cell, ...], watcher: Watcher) -> None:
    watcher.begin(cells, [])
    for cell in cells[:3]:
        watcher.watch(ended(cell))
    assert "[######..................] 3/12 cells, 0:0" in shown(watcher).splitlines()[-1]


def test_a_failure_is_counted_and_told_with_its_reason(
    cells: tuple[Cell, ...], watcher: Watcher, kept: list[str]
) -> None:
    watcher.begin(cells, [])
    watcher.watch(ended(cells[0], Status.TIMEOUT))
    assert kept[-1] == f"timeout: {name_of(cells[0])}: it failed"
    assert "1/12 cells, 1 failed, " in shown(watcher)


def test_the_time_left_is_unknown_before_a_cell_has_ended(
    cells: tuple[Cell, ...], watcher: Watcher
) -> None:
    watcher.begin(cells, [])
    watcher.watch(Progress("start", cells[0]))
    assert "time left unknown" in shown(watcher)


def test_the_time_left_is_judged_by_the_cells_that_ended(
    cells: tuple[Cell, ...], watcher: Watcher
) -> None:
    watcher.begin(cells[:5], [])
    watcher.watch(ended(cells[1], seconds=60.0))
    assert "about 2:00 left" in shown(watcher)  # four cells of a minute, two at once


def test_cells_that_are_reused_make_the_first_estimate(
    cells: tuple[Cell, ...], watcher: Watcher
) -> None:
    watcher.begin(cells[2:6], [(cells[1], 60.0)])
    watcher.watch(Progress("start", cells[2]))
    assert "about 2:00 left" in shown(watcher)


def test_what_is_prepared_is_shown_before_there_are_cells(watcher: Watcher) -> None:
    watcher.watch(Progress("prepare", text="clinic a for small"))
    assert shown(watcher) == "preparing clinic a for small\n"


def test_a_terminal_keeps_one_line(cells: tuple[Cell, ...], kept: list[str]) -> None:
    stream = Terminal()
    with Watcher(1, kept.append, stream) as watcher:
        watcher.begin(cells, [])
        watcher.watch(ended(cells[0]))
    assert "\n" not in stream.getvalue()
    assert stream.getvalue().endswith("\r\x1b[K")


def test_a_line_is_cut_at_the_width_of_the_terminal(
    cells: tuple[Cell, ...], kept: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    stream = Terminal()
    watcher = Watcher(1, kept.append, stream)
    watcher.begin(cells, [])
    watcher.watch(ended(cells[0]))
    assert len(stream.getvalue().rpartition("\x1b[K")[2]) == 39


def test_a_log_is_not_flooded(
    cells: tuple[Cell, ...], watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console, "LOG_SECONDS", 1000.0)
    monkeypatch.setattr(console, "time", SimpleNamespace(monotonic=lambda: 5000.0))
    watcher.begin(cells, [])
    for cell in cells:
        watcher.watch(ended(cell))
    assert len(shown(watcher).splitlines()) == 1


def test_a_cell_of_two_blocks_is_counted_once(cells: tuple[Cell, ...], watcher: Watcher) -> None:
    shared = replace(cells[0], budget_label="fifth")
    watcher.begin([cells[0], shared], [])
    watcher.watch(ended(shared))
    assert "1/1 cells" in shown(watcher)


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
            watcher.watch(Progress("start", cell))
            watcher.watch(ended(cell, Status.TIMEOUT))
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

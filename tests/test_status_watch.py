"""The state of a run is shown repeatedly until the run ends or the user stops."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import pytest

from albench import cli, overview
from albench.console import Redrawn
from albench.overview import StatusOverview, status_overview
from albench.records.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from albench.records.run_record import PlannedRun

CELL: dict[str, Any] = {
    "cell": "0" * 16,
    "cohort": "clinic",
    "modalities": "a",
    "model": "small",
    "budget": "tenth",
    "strategy": "esd",
    "strategy_plugin": "core/esd",
    "repetition": 0,
    "identity": {},
}


def state(n_ok: int, *, has_ended: bool) -> StatusOverview:
    return StatusOverview("toy", {"ok": n_ok}, (), (), (), has_ended)


@pytest.fixture
def states(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let the state of a run change from one look to the next; an exception is raised."""

    def states(*given: StatusOverview | BaseException) -> None:
        following: Iterator[StatusOverview | BaseException] = iter(given)

        def look(*_: object) -> StatusOverview:
            result = next(following)
            if isinstance(result, BaseException):
                raise result
            return result

        monkeypatch.setattr(overview, "status_overview", look)
        monkeypatch.setattr("time.sleep", lambda _: None)

    return states


def test_a_run_is_watched_until_it_ends(
    states: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    states(*(state(n, has_ended=n == 4) for n in (1, 1, 3, 4)))
    assert cli.main(["status", "runs/toy", "--watch"]) == 0
    assert capsys.readouterr().out == "toy: 1 ok\ntoy: 3 ok\ntoy: 4 ok\n"


def test_an_interrupt_ends_the_watch_with_the_state_seen_last(
    states: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    states(state(1, has_ended=False), KeyboardInterrupt())
    assert cli.main(["status", "runs/toy", "--watch", "0.5"]) == 0
    captured = capsys.readouterr()
    assert captured.out.splitlines()[-1] == "toy: 1 ok"
    assert captured.err == ""


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf", "soon"])
def test_a_watch_needs_a_number_of_seconds(
    seconds: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        cli.main(["status", "runs/toy", f"--watch={seconds}"])
    assert "expected a number of seconds above 0" in capsys.readouterr().err


@pytest.mark.parametrize("reaches_its_end", [True, False])
def test_a_run_has_ended_if_its_journal_says_so(
    reaches_its_end: bool, tmp_path: Path, planned_run: Callable[..., PlannedRun]
) -> None:
    with Journal(tmp_path / "journal") as journal:
        journal.append("run", planned_run([CELL]).to_json())
        if reaches_its_end:
            journal.append("end", {"seconds": 1.0})
    assert status_overview(tmp_path).has_ended == reaches_its_end


def test_a_terminal_shows_what_fits_and_is_left_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("LINES", "10")
    monkeypatch.setenv("TERM", "xterm")
    stream = io.StringIO()
    stream.isatty = lambda: True  # type: ignore[method-assign]
    with Redrawn(stream) as shown:
        shown.show("\n".join(f"{number} {'x' * 90}" for number in range(20)))
    lines = re.split(r"[\n\r]", re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", stream.getvalue()))
    assert max(map(len, lines)) < 40
    assert lines[5] == "and 15 more"
    assert stream.getvalue().rindex("\x1b[?25h") > stream.getvalue().rindex("\x1b[?25l")

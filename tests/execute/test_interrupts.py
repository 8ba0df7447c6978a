"""Ctrl-C: once ends a run after the rounds that run, twice at once; nothing that ended is lost."""

from __future__ import annotations

import importlib.metadata
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from albench import session
from albench.engines.stops import Stops
from albench.execute.interrupts import NOTICE, Stopped, gentle_interrupts
from albench.execute.reuse import successes
from albench.records.tables import essence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from albench.execute.run import Progress
    from albench.planning import Plan

    WriteSpec = Callable[..., Path]

SLOW = """
plugin = "mmfn"
options = {{ width = 32, hidden = 32 }}
training = {{ epochs = 1, min_updates = 150, learning_rate = {rate}, warm_start = {warm} }}
"""
"""A network that is trained in lockstep, for the better part of a second a round."""

HOW = {"model": SLOW, "initial": 10}


@pytest.fixture(autouse=True)
def as_in_a_terminal() -> Iterator[None]:
    """Let Ctrl-C interrupt, also what is started: tests that run in the background ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def temporary() -> Iterator[Path]:
    """A folder for temporary files, with a short name: see test_ends.py."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        yield Path(folder)


def started(spec: Path, results: Path, temporary: Path, *options: str) -> subprocess.Popen[str]:
    toys = str(importlib.metadata.distribution("naughty").locate_file(""))
    path = os.pathsep.join(filter(None, [toys, os.environ.get("PYTHONPATH", "")]))
    return subprocess.Popen(  # noqa: S603  # our own command
        [sys.executable, "-m", "albench", "run", str(spec), "--output", str(results), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | {"PYTHONPATH": path, "TMPDIR": str(temporary)},
        start_new_session=True,  # as a terminal has it: no signal of the tests' own reaches it
    )


def wait_for(there: Callable[[], object], seconds: float = 120.0) -> None:
    deadline = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def essences(results: Path) -> dict[str, list[Any]]:
    return {key: list(map(essence, ends)) for key, ends in successes(results).items()}


@pytest.fixture(scope="module")
def undisturbed() -> dict[str, list[Any]]:
    """What the run gives that nobody interrupts, once it has been needed."""
    return {}


@pytest.mark.parametrize(
    "options",
    [
        pytest.param((), id="a batch"),
        pytest.param(("--no-lockstep",), id="one by one", marks=pytest.mark.sweep),
    ],
)
def test_the_first_interrupt_ends_a_run_after_its_rounds_and_it_goes_on_to_the_same_results(
    write_spec: WriteSpec,
    undisturbed: dict[str, list[Any]],
    temporary: Path,
    tmp_path: Path,
    options: tuple[str, ...],
) -> None:
    spec, results = write_spec("margin", **HOW), tmp_path / "results"
    run = started(spec, results, temporary, "--jobs", "1", *options)
    wait_for(lambda: [*results.glob("work/checkpoints/*.checkpoint")] or run.poll() is not None)
    below = psutil.Process(run.pid).children(recursive=True)
    run.send_signal(signal.SIGINT)
    printed, _ = run.communicate(timeout=120)
    assert run.returncode == 130, printed
    assert NOTICE in printed
    assert re.search(r"stopped: \d cells? done, 0 failed", printed)
    assert "Traceback" not in printed
    assert not psutil.wait_procs(below, timeout=5)[1]
    assert [*temporary.glob("*/*")] == [], "temporary files are not"
    assert [*results.glob("work/checkpoints/*.checkpoint")], "rounds that ended are kept"

    before = successes(results)
    opened = session.open_spec(str(spec))
    again = session.run(opened, results, 1, ["x"], lambda *_: None, lambda _: None)
    assert (again.n_reused, again.n_failed) == (len(before), 0)
    if not undisturbed:
        session.run(opened, tmp_path / "whole", 1, ["x"], lambda *_: None, lambda _: None)
        undisturbed.update(essences(tmp_path / "whole"))
    assert essences(results) == undisturbed


@pytest.mark.parametrize("lockstep", [True, False])
def test_each_running_cell_ends_the_round_that_it_is_in(
    write_spec: WriteSpec, tmp_path: Path, *, lockstep: bool
) -> None:
    opened = session.open_spec(str(write_spec("margin", "entropy", **HOW)))
    rounds: Counter[str] = Counter()
    running: set[str] = set()
    interrupted = threading.Event()

    def watch(progress: Progress) -> None:
        if progress.cell is None or progress.cell.strategy is None or progress.round == 0:
            return
        if progress.kind == "begin":
            running.add(progress.cell.id)
        elif progress.kind == "round" and not interrupted.is_set():
            interrupted.set()
            os.kill(os.getpid(), signal.SIGINT)
        elif progress.kind == "round":
            rounds[progress.cell.id] += 1

    with pytest.raises(Stopped, match=r"\b[23] left") as stopped:
        session.run(opened, tmp_path / "out", 1, ["x"], lambda *_: None, watch, lockstep=lockstep)
    assert "0 failed" in str(stopped.value)
    assert len(running) == (3 if lockstep else 1)
    assert rounds.keys() == running
    assert max(rounds.values()) < 4, "none went on to its end"


@pytest.mark.sweep
def test_the_second_interrupt_stops_at_once(
    write_spec: WriteSpec, temporary: Path, tmp_path: Path
) -> None:
    spec, results = write_spec("sleeps"), tmp_path / "results"
    run = started(spec, results, temporary, "--jobs", "1")
    wait_for(lambda: len(successes(results)) == 2, 200)  # all labels, and random
    wait_for(lambda: [*results.glob("work/logs/*.log")])
    below = psutil.Process(run.pid).children(recursive=True)
    run.send_signal(signal.SIGINT)
    assert run.stdout is not None
    for line in run.stdout:
        if NOTICE in line:
            break
    assert run.poll() is None, "the round that runs is waited for"
    run.send_signal(signal.SIGINT)
    printed, _ = run.communicate(timeout=60)
    assert run.returncode == 130
    assert "stopped; run the same command again to continue" in printed
    assert "Traceback" not in printed
    assert not psutil.wait_procs(below, timeout=5)[1]
    assert len(successes(results)) == 2


def test_an_interrupt_that_somebody_else_handles_is_left_alone() -> None:
    before = signal.getsignal(signal.SIGINT)
    mine = lambda *_: None  # noqa: E731  # a handler of somebody else's
    signal.signal(signal.SIGINT, mine)
    try:
        with gentle_interrupts(lambda: None):
            assert signal.getsignal(signal.SIGINT) is mine
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_unit_stops_when_the_last_of_its_cells_has_ended_its_round(
    planned: Callable[..., Plan],
) -> None:
    first, second, third = planned().cells[:3]
    stops = Stops()
    with stops.of([first, second, third]) as stop:
        stops.end_round(first, 2)
        stops.end_soon()
        stops.end_round(first, 1)
        stops.end(second)
        assert not stop.is_set()
        stops.end_round(third, 0)
        assert not stop.is_set(), "it is about to end by itself"
        stops.end(third)
        assert stop.is_set()
    with stops.of([first]) as later:
        assert not later.is_set()
        stops.stop_all()
        assert later.is_set()

"""Ctrl-C to a run on a Dask cluster: it ends, its workers keep what they finish, it goes on."""

from __future__ import annotations

import re
import signal
import time
from typing import TYPE_CHECKING

import pytest
from kill import SHORT_SPEC
from kill_engines import Processes, alone, tables_of

from albench.engines.dask import LEFT_TO_WORKERS
from albench.execute.reuse import successes
from albench.records.results_folder import read_results
from albench.records.run_record import ELSEWHERE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = [pytest.mark.timeout(600), pytest.mark.sweep, pytest.mark.xdist_group("kills")]


@pytest.fixture(autouse=True)
def as_in_a_terminal() -> Iterator[None]:
    """Let Ctrl-C interrupt, also what is started: tests that run in the background ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("n_signals", [1, 2])
def test_an_interrupted_run_on_dask_goes_on_to_the_same_tables(
    scheduler: Path,
    start_worker: Callable[[], object],
    wait_for: Callable[[Callable[[], object]], None],
    tmp_path: Path,
    n_signals: int,
) -> None:
    for _ in range(2):
        start_worker()
    spec = tmp_path / "kill.toml"
    spec.write_text(SHORT_SPEC)
    results = tmp_path / "driver" / "results"
    engine = ("--engine", "dask", "--scheduler", scheduler, "--output", results)
    with Processes(tmp_path / "driver") as driver:
        run = driver.start("albench", "run", spec, *engine)
        wait_for(lambda: (results.is_dir() and successes(results)) or run.poll() is not None)
        n_before = len(successes(results))
        for _ in range(n_signals):
            run.send_signal(signal.SIGINT)
            time.sleep(0.02)
        # The second may find Python at its very end; a shell reports both as 130.
        assert run.wait(60) in {130, -signal.SIGINT}
        printed = driver.output()
        assert "Traceback" not in printed
        if n_signals == 1:
            assert LEFT_TO_WORKERS in printed
            assert re.search(r"stopped: \d+ cells? done, 0 failed, \d+ left; run the same", printed)
        n_interrupted = len(successes(results))
        assert driver.start("albench", "run", spec, *engine).wait(300) == 0, driver.output()
        assert "Traceback" not in driver.output()
    whole = alone(tmp_path / "alone", spec)
    assert 1 <= n_before <= n_interrupted < whole["cells.csv"].count("\n") - 1
    assert tables_of(results) == whole
    assert read_results(results).runs[-1].jobs == ELSEWHERE

"""A Dask cluster whose first host is lost whole, and whose second comes late."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psutil
import pytest
from kill import SHORT_SPEC
from kill_engines import Processes, alone, tables_of

from albench.execute.reuse import successes

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

pytestmark = [pytest.mark.timeout(600), pytest.mark.sweep, pytest.mark.xdist_group("kills")]


def lose_host(worker: subprocess.Popen[bytes]) -> int:
    """Kill a worker, its nanny and all children at once, as a host that loses power does."""
    processes = [psutil.Process(worker.pid), *psutil.Process(worker.pid).children(recursive=True)]
    for process in processes:
        process.suspend()  # none may act on the end of another
    for process in processes:
        process.kill()
    return len(processes)


def test_a_run_outlives_a_lost_host_and_goes_on_with_a_late_one(
    scheduler: Path,
    start_worker: Callable[[], subprocess.Popen[bytes]],
    wait_for: Callable[[Callable[[], object]], None],
    tmp_path: Path,
) -> None:
    spec = tmp_path / "kill.toml"
    spec.write_text(SHORT_SPEC)
    results = tmp_path / "driver" / "results"
    with Processes(tmp_path / "driver") as driver:
        options = ("--engine", "dask", "--scheduler", scheduler, "--output", results)
        run = driver.start("albench", "run", spec, *options)
        wait_for(lambda: "no worker is there yet" in driver.output() or run.poll() is not None)
        first = start_worker()
        wait_for(lambda: (results.is_dir() and successes(results)) or run.poll() is not None)
        n_before = len(successes(results))
        assert run.poll() is None, driver.output()
        assert lose_host(first) >= 3  # the nanny, the worker, and a child at least
        wait_for(lambda: "has gone" in driver.output())
        start_worker()
        assert run.wait(300) == 0, driver.output()
        assert "Traceback" not in driver.output()
    whole = alone(tmp_path / "alone", spec)
    assert 1 <= n_before < whole["cells.csv"].count("\n") - 1
    assert tables_of(results) == whole

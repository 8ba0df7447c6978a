"""The scripts that kill what engines consist of, and a Dask cluster of processes."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator


@pytest.fixture
def wait_for() -> Callable[[Callable[[], Any]], None]:
    """A function that waits until something holds, and fails if it does not in time."""

    def wait(there: Callable[[], Any], seconds: float = 120.0) -> None:
        deadline = time.monotonic() + seconds
        while not there():
            assert time.monotonic() < deadline
            time.sleep(0.05)

    return wait


@pytest.fixture
def scheduler(tmp_path: Path, wait_for: Callable[[Callable[[], Any]], None]) -> Iterator[Path]:
    """The file of a scheduler without workers."""
    from kill_engines import Processes

    file = tmp_path / "scheduler.json"
    with Processes(tmp_path / "scheduler") as apart:
        options = ("--no-dashboard", "--scheduler-file", file, "--port", "0")
        apart.start("distributed.cli.dask_scheduler", *options)
        wait_for(file.exists)
        yield file


@pytest.fixture
def start_worker(
    scheduler: Path, tmp_path: Path
) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """A function that starts a worker of one thread; all are killed at the end."""
    from kill_engines import Processes

    with Processes(tmp_path / "worker") as workers:
        options = ("--nthreads", "1", "--no-dashboard", "--scheduler-file", scheduler)
        yield lambda: workers.start("distributed.cli.dask_worker", *options)

"""Unusable workers and schedulers are refused with a reason; the docs' array script works."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from kill import SHORT_SPEC
from kill_engines import Processes

from albench.cli import main
from albench.commands.engine_options import resources_of
from albench.engines import dask
from albench.engines.plan_description import NOT_INSTALLED, other_versions
from albench.engines.run_folder import SHARED, Presence, workers_at
from albench.execute.lock import FolderLock
from albench.records.results_folder import read_results
from albench.records.run_record import ELSEWHERE

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS = Path(__file__).parents[2] / "docs" / "clusters.md"
SBATCH = """#!/bin/bash
# A stand-in: an array of two, one after the other.
for SLURM_ARRAY_TASK_ID in 1 2; do export SLURM_ARRAY_TASK_ID; bash "$1" || exit 1; done
"""
pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("kills")]


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ALBENCH_CACHE", str(tmp_path / "cache"))
    path = tmp_path / "kill.toml"
    path.write_text(SHORT_SPEC)
    return path


@pytest.fixture
def shared(spec: Path, tmp_path: Path) -> Path:
    """A folder that is ready for workers."""
    results = tmp_path / "run"
    assert main(["run", str(spec), "--engine", "shared-folder", "--output", str(results)]) == 0
    return results


def test_the_array_script_of_the_docs_carries_a_run_out(
    shared: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Bash runs the script; what it asks of albench, the test's own process does."""
    script = tmp_path / "workers.sh"
    script.write_text(re.findall(r"```bash\n(.*?)```", DOCS.read_text(), re.DOTALL)[0])
    programs, asked = tmp_path / "bin", tmp_path / "asked"
    programs.mkdir()
    asked.mkdir()
    (programs / "sbatch").write_text(SBATCH)
    note = f"printf '%s\\n' \"$@\" > {asked}/$SLURM_ARRAY_TASK_ID"
    (programs / "albench").write_text(f"#!/bin/bash\n{note}\n")
    for program in programs.iterdir():
        program.chmod(0o755)
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "RUN_FOLDER": str(shared)}
    subprocess.run(["sbatch", str(script)], env=environment, check=True)  # noqa: S603, S607  # ours
    tasks = [(asked / number).read_text().splitlines() for number in ("1", "2")]
    assert [task[:2] for task in tasks] == [["worker", str(shared)]] * 2
    assert main(tasks[0]) == 0
    assert "4 cells done here, 0 failed" in capfd.readouterr().out
    assert main(tasks[1]) == 0
    assert "0 cells done here, 0 failed" in capfd.readouterr().out
    assert main(["status", str(shared)]) == 0


@pytest.mark.sweep
def test_a_single_cell_is_not_called_cells(
    spec: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    results = tmp_path / "one"
    shared = ["--engine", "shared-folder", "--output", str(results)]
    alone = ["--exclude-strategy", "all-labels", "--strategy", "margin"]
    options = [*shared, *alone, "--exclude-strategy", "random"]
    assert main(["run", str(spec), *options]) == 0
    assert "1 cell to run; start" in capfd.readouterr().out
    assert main(["worker", str(results), "--jobs", "1"]) == 0
    assert "1 cell done here, 0 failed" in capfd.readouterr().out


def test_commands_that_are_told_can_be_copied_whatever_the_folder_is_called(
    spec: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    results = tmp_path / "my run's"
    assert main(["run", str(spec), "--engine", "shared-folder", "--output", str(results)]) == 0
    told = re.findall(r"`albench (.*?)`", capfd.readouterr().out)
    asked = [["worker", str(results)], ["status", str(results)], ["report", str(results)]]
    assert [shlex.split(command) for command in told] == asked


def test_a_run_of_workers_elsewhere_does_not_count_cells_at_once(shared: Path) -> None:
    assert read_results(shared).runs[-1].jobs == ELSEWHERE


def test_a_worker_of_another_version_is_refused_with_both(
    shared: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = shared / SHARED / "task.json"
    content = json.loads(path.read_text())
    here = content["run"]["versions"]["albench"]
    content["run"]["versions"]["albench"] = "99.1"
    path.write_text(json.dumps(content))
    assert main(["worker", str(shared)]) == 2
    assert f"refused: albench {here} there, 99.1 planned the run" in capfd.readouterr().err


def test_a_plugin_that_is_missing_is_a_version_that_differs() -> None:
    assert (
        other_versions({"mylab": "1.0"}, {}) == f"mylab {NOT_INSTALLED} there, 1.0 planned the run"
    )


def test_a_run_into_a_folder_where_workers_are_busy_is_refused(
    shared: Path, spec: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with Presence(shared, "somebody"):
        assert workers_at(shared)
        assert main(["run", str(spec), "--output", str(shared)]) == 2
    assert f"workers are busy in it: process {os.getpid()} on " in capfd.readouterr().err
    assert workers_at(shared) == []


@pytest.mark.sweep
def test_a_worker_in_a_folder_that_a_run_has_for_itself_is_refused(
    shared: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with FolderLock(shared, ["albench", "run"]) as lock:
        lock.acquire()
        assert main(["worker", str(shared), "--jobs", "1"]) == 2
    assert f"is in use by process {os.getpid()}" in capfd.readouterr().err


def test_a_worker_without_a_run_says_what_makes_one(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["worker", str(tmp_path)]) == 2
    assert "`albench run SPEC --engine shared-folder` makes one" in capfd.readouterr().err


def test_a_worker_whose_time_is_near_claims_nothing(shared: Path) -> None:
    assert main(["worker", str(shared), "--jobs", "1", "--max-time", "1s"]) == 0
    assert main(["status", str(shared)]) == 1


def test_a_scheduler_that_does_not_answer_is_told_of_and_nothing_is_written(
    spec: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dask, "CONNECT_SECONDS", 1)
    where, results = "tcp://127.0.0.1:9", tmp_path / "out"
    options = ["--engine", "dask", "--scheduler", where, "--output", str(results)]
    assert main(["run", str(spec), *options]) == 2
    assert f"--scheduler {where}: no Dask scheduler answers there" in capfd.readouterr().err
    assert not results.exists()


@pytest.mark.parametrize("content", ["{}", "[1]", '{"address": 5}', "no JSON"])
def test_a_file_that_no_scheduler_wrote_is_told_of(
    content: str, spec: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file, results = tmp_path / "scheduler.json", tmp_path / "out"
    file.write_text(content, encoding="utf-8")
    options = ["--engine", "dask", "--scheduler", str(file), "--output", str(results)]
    assert main(["run", str(spec), *options]) == 2
    assert f"{file}: is no file that a Dask scheduler wrote" in capfd.readouterr().err
    assert not results.exists()


def test_a_dask_run_without_a_scheduler_is_told_what_is_missing(
    spec: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", str(spec), "--engine", "dask"]) == 2
    assert "--scheduler is missing" in capfd.readouterr().err


def test_resources_are_read_as_dask_writes_them() -> None:
    assert resources_of("GPU=0.5,MEMORY=8") == {"GPU": 0.5, "MEMORY": 8.0}


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[Path]:
    """The file of a scheduler with one worker, whose albench says that it is version 99.1."""
    record = tmp_path / "other" / "albench-99.1.dist-info"
    record.mkdir(parents=True)
    (record / "METADATA").write_text("Metadata-Version: 2.1\nName: albench\nVersion: 99.1\n")
    file = tmp_path / "scheduler.json"
    with (
        Processes(tmp_path / "scheduler") as apart,
        Processes(tmp_path / "worker", str(record.parent)) as other,
    ):
        options = ("--scheduler-file", file, "--no-dashboard")
        apart.start("distributed.cli.dask_scheduler", "--port", "0", *options)
        while not file.exists():
            time.sleep(0.1)
        other.start("distributed.cli.dask_worker", *options, "--nthreads", "1")
        while "Registered to" not in other.output():
            time.sleep(0.2)
        yield file


def test_a_dask_worker_of_another_version_is_refused_with_both(
    spec: Path, scheduler: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    results = tmp_path / "out"
    options = ["--engine", "dask", "--scheduler", str(scheduler), "--output", str(results)]
    assert main(["run", str(spec), *options]) == 2
    assert "is refused: albench 99.1 there, " in capfd.readouterr().err
    assert not results.exists()

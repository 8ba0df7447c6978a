"""Kill parts of a run that several processes carry out, let it go on, and compare; see kill.py."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from itertools import takewhile
from typing import TYPE_CHECKING

import pandas as pd
import psutil
from kill_points import install

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

ENGINES = ("local", "dask", "shared-folder")
STALE_SECONDS = 4
LIMIT_SECONDS = 900.0
"""Who takes longer hangs, also on a busy machine."""
TIMES = ("seconds", "peak_mb", "query_seconds", "train_seconds", "evaluate_seconds")
MARK = "ALBENCH_KILL_TRIAL"


@dataclass
class EngineTrial:
    """One run with a kill in it."""

    engine: str
    point: str
    n_killed: int = 0
    broken: list[str] = field(default_factory=list)

    def require(self, holds: bool, promise: str) -> None:
        """Note a promise that does not hold."""
        if not holds:
            self.broken.append(promise)


class Processes:
    """The processes of a trial, started with one environment and all ended at its end.

    Parameters
    ----------
    folder : Path
        Of the trial.
    python_path : str
        What comes before everything else in ``PYTHONPATH``; empty for nothing.
    """

    def __init__(self, folder: Path, python_path: str = "") -> None:
        self.folder = folder
        before = os.environ.get("PYTHONPATH", "")
        self.environment = os.environ | {
            MARK: str(folder),
            "ALBENCH_CACHE": str(folder / "cache"),
            "MPLCONFIGDIR": str(folder / "mpl"),
            "MPLBACKEND": "Agg",
            "OMP_NUM_THREADS": "1",
            "PYTHONPATH": os.pathsep.join(filter(None, [python_path, before])),
        }
        self._started: list[subprocess.Popen[bytes]] = []

    def start(self, *arguments: object) -> subprocess.Popen[bytes]:
        """Start ``python -m ARGUMENTS``, with its output in a file of the folder."""
        self.folder.mkdir(parents=True, exist_ok=True)
        log = (self.folder / f"{len(self._started)}.log").open("wb")
        with log:
            process = subprocess.Popen(  # noqa: S603  # our own command
                [sys.executable, "-m", *map(str, arguments)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self.environment,
            )
        self._started.append(process)
        return process

    def output(self) -> str:
        """Return what all of them have printed."""
        logs = sorted(self.folder.glob("*.log"))
        return "\n".join(f"--- {log.name}\n{log.read_text(errors='replace')}" for log in logs)

    def __enter__(self) -> Processes:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._started:
            for each in descendants_of(process.pid):
                with contextlib.suppress(psutil.Error):
                    each.kill()
            process.kill()
            process.wait()

    def left(self, seconds: float = 30.0) -> list[str]:
        """Return the processes of the trial that are there still after some seconds.

        A process whose calls are watched takes long to end.
        """
        deadline = time.monotonic() + seconds
        while (there := list(self._marked())) and time.monotonic() < deadline:
            time.sleep(0.1)
        return there

    def _marked(self) -> Iterator[str]:
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if process.environ().get(MARK) == str(self.folder):
                    yield " ".join(process.cmdline())[:200]


def descendants_of(pid: int) -> list[psutil.Process]:
    """Return all that descends from a process; empty if it is gone."""
    with contextlib.suppress(psutil.Error):
        return psutil.Process(pid).children(recursive=True)
    return []


def tables_of(results: Path) -> Mapping[str, str]:
    """Return a results folder's text tables without their times: attempts are compared too."""
    tables = {}
    for path in sorted(results.glob("*.csv")):
        frame = pd.read_csv(path)
        tables[path.name] = frame.drop(columns=[c for c in TIMES if c in frame]).to_csv()
    return tables


def alone(folder: Path, spec: Path) -> Mapping[str, str]:
    """Return the tables of one process that nobody disturbs."""
    with Processes(folder) as processes:
        run = processes.start("albench", "run", spec, "--output", folder / "results", "--jobs", 2)
        if run.wait(LIMIT_SECONDS):
            sys.exit(f"the undisturbed run failed:\n{processes.output()}")
    return tables_of(folder / "results")


def engine_trial(
    engine: str, point: str, folder: Path, spec: Path, whole: Mapping[str, str], seed: int = 0
) -> EngineTrial:
    """Run with a kill in it, go on, and compare.

    Parameters
    ----------
    engine : str
        One of `ENGINES`.
    point : str
        One of `kill_points.POINTS`, or ``random``: a process and an instant by chance.
    folder : Path
        For this trial alone; removed if all promises held.
    spec : Path
        The benchmark.
    whole : mapping
        What `alone` gave.
    seed : int
        Of the process and the instant.

    Returns
    -------
    EngineTrial
        With the promises that were broken.
    """
    shutil.rmtree(folder, ignore_errors=True)
    done = EngineTrial(engine, point)
    path, hit = "", folder / "hooks" / "hit"
    if point != "random":
        path, hit = install(folder / "hooks", point, has_leases=engine == "shared-folder")
    with Processes(folder, path) as processes:
        try:
            _CARRIED[engine](done, processes, spec, seed)
            if engine == "shared-folder":
                report = ("albench", "report", folder / "results", "--format", "csv")
                processes.start(*report).wait(LIMIT_SECONDS)
        except subprocess.TimeoutExpired as error:
            done.require(False, f"no end within {error.timeout:g} s")
    done.n_killed += hit.exists()
    done.require(done.n_killed > 0 or point == "random", "nothing was killed")
    done.require(tables_of(folder / "results") == whole, "tables differ from the undisturbed run's")
    done.require(not (left := processes.left()), f"orphans: {left}")
    done.require(not _own_tracebacks(output := processes.output()), f"a traceback:\n{output}")
    if not done.broken:
        shutil.rmtree(folder)
    return done


def _local(done: EngineTrial, processes: Processes, spec: Path, seed: int) -> None:
    arguments = ("albench", "run", spec, "--output", processes.folder / "results", "--jobs", "2")
    _until_done(done, processes, arguments, seed, [])


def _dask(done: EngineTrial, processes: Processes, spec: Path, seed: int) -> None:
    file = processes.folder / "scheduler.json"
    with Processes(processes.folder / "scheduler") as apart:  # it is nobody's to kill
        scheduler = ("--port", "0", "--no-dashboard", "--scheduler-file", file)
        apart.start("distributed.cli.dask_scheduler", *scheduler)
        while not file.exists():
            time.sleep(0.1)
        worker = ("distributed.cli.dask_worker", "--scheduler-file", file, "--nthreads", "1")
        options = ("--no-dashboard", "--local-directory", processes.folder / "dask")
        nannies = [processes.start(*worker, *options) for _ in range(3)]
        arguments = ("albench", "run", spec, "--output", processes.folder / "results")
        engine = ("--engine", "dask", "--scheduler", file)
        _until_done(done, processes, (*arguments, *engine), seed, nannies)
        for nanny in nannies:
            nanny.send_signal(signal.SIGTERM)
        for nanny in nannies:
            with contextlib.suppress(subprocess.TimeoutExpired):
                nanny.wait(20)


def _until_done(
    done: EngineTrial,
    processes: Processes,
    arguments: tuple[object, ...],
    seed: int,
    others: list[subprocess.Popen[bytes]],
) -> None:
    """Start the same command until it says that all is done."""
    run = processes.start(*arguments)
    if done.point == "random":
        done.n_killed += _kill_one(random.Random(seed), [run, *others])  # noqa: S311  # no secret
    for _ in range(3):
        if run.wait(LIMIT_SECONDS) == 0:
            return
        run = processes.start(*arguments)
    done.require(run.wait(LIMIT_SECONDS) == 0, f"no success:\n{processes.output()}")


def _shared_folder(done: EngineTrial, processes: Processes, spec: Path, seed: int) -> None:
    results = processes.folder / "results"
    engine = ("--engine", "shared-folder", "--stale-seconds", STALE_SECONDS)
    worker = ("albench", "worker", results, "--jobs", 1)
    for _ in range(2):  # the first may be killed within its journal's first line
        if (
            processes.start("albench", "run", spec, "--output", results, *engine).wait(
                LIMIT_SECONDS
            )
            == 0
        ):
            break
    workers = [processes.start(*worker) for _ in range(2)]
    if done.point == "random":
        done.n_killed += _kill_one(random.Random(seed), workers)  # noqa: S311  # no secret
    statuses = [each.wait(LIMIT_SECONDS) for each in workers]
    if all(statuses):
        processes.start(*worker).wait(LIMIT_SECONDS)


def _kill_one(rng: random.Random, commands: list[subprocess.Popen[bytes]]) -> int:
    """Kill a command, all of it with what descends from it, or one descendant; return how many."""
    time.sleep(rng.uniform(2.0, 25.0))
    chosen = rng.choice(commands)
    below = descendants_of(chosen.pid)
    how = rng.choice(["the command", "all", "a descendant"])
    doomed = [rng.choice(below)] if how == "a descendant" and below else []
    doomed += below if how == "all" else []
    n_killed = 0
    for process in doomed:
        with contextlib.suppress(psutil.Error):
            process.kill()
            n_killed += 1
    if how != "a descendant" and chosen.poll() is None:
        chosen.kill()
        n_killed += 1
    return n_killed


_CARRIED = {"local": _local, "dask": _dask, "shared-folder": _shared_folder}


def _own_tracebacks(output: str) -> int:
    """Return how many tracebacks lead through albench; Dask logs some of its own at a kill."""
    chunks = output.split("Traceback (most recent call last):\n")[1:]
    frames = ["".join(takewhile(_is_of_a_frame, chunk.splitlines(True))) for chunk in chunks]
    return sum(f"{os.sep}albench{os.sep}" in text for text in frames)


def _is_of_a_frame(line: str) -> bool:
    return line.startswith(" ")

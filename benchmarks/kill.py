"""Kill a run, or a part of it, at a random instant; run the same command again; compare.

``python benchmarks/kill.py --trials 200 --jobs 2 FOLDER`` prints how many processes of which kind
were killed, and what came of it: exit status 1 if any trial broke a promise. With ``--engine`` and
``--points`` a run of several processes is killed at named points of the code. Otherwise each trial
kills the command itself, one of its descendants, or all of them, and demands:

- no orphan after three seconds, no traceback, exit status 0 only with every result there;
- after the same command again, records equal to an undisturbed run's but for times, and no
  temporary file left.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import kill_engines
import kill_points
import psutil

from albench.records import journal, tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SPEC = """
name = "kill"
repetitions = 2
[cohorts.digits]
test = 0.9
[cohorts.digits.modalities]
profile = { loader = "digits", options = { view = "profile" } }
[models.m]
plugin = "mmfn"
options = { width = 16, hidden = 16 }
training = { epochs = 1, min_updates = 40, warm_start = true }
[budgets.b]
initial = 20
query = 10
stop = 80
[[matrix]]
cohorts = ["digits"]
models = ["m"]
strategies = ["margin", "bald"]
budgets = ["b"]
"""
SHORT_SPEC = (
    SPEC.replace("repetitions = 2", "repetitions = 1")
    .replace("min_updates = 40", "min_updates = 5")
    .replace("stop = 80", "stop = 50")
)
"""For tests, which kill at a named point or once."""
COMMAND = (sys.executable, "-m", "albench")
"""What is killed; tests may do with a shorter report."""
MARK = "ALBENCH_KILL_TRIAL"
ORPHAN_SECONDS = 3.0
LIMIT_SECONDS = kill_engines.LIMIT_SECONDS

Essences = dict[str, tuple[Any, ...]]  # what `tables.essence` gives
Moment = Callable[[random.Random, "subprocess.Popen[str]", Path], None]
"""Waits until a run is to be killed, given its process and the folder of its results."""


@dataclass
class Trial:
    """What one trial did and saw."""

    seed: int
    target: str
    killed: list[str]
    broken: list[str] = field(default_factory=list)

    def require(self, holds: bool, promise: str) -> None:
        """Note a promise that does not hold."""
        if not holds:
            self.broken.append(promise)


def undisturbed(folder: Path) -> tuple[Essences, float]:
    """Run once without a kill.

    Parameters
    ----------
    folder : Path
        For the run.

    Returns
    -------
    essences : dict
        Of each cell.
    seconds : float
        How long it took.
    """
    began = time.monotonic()
    process = _started(folder, "undisturbed")
    _, error = process.communicate(timeout=LIMIT_SECONDS)
    if process.returncode != 0:
        sys.exit(f"the undisturbed run failed:\n{error}")
    shutil.rmtree(_temporary(folder))
    return essences_of(folder / "results"), time.monotonic() - began


def within(seconds: float) -> Moment:
    """Return a random instant within some seconds."""

    def wait(rng: random.Random, process: subprocess.Popen[str], _: Path) -> None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(rng.uniform(0.0, seconds))

    return wait


def trial(seed: int, folder: Path, whole: Essences, moment: Moment) -> Trial:
    """Kill at some instant, run again, and compare.

    Parameters
    ----------
    seed : int
        Of the target, and of what is random in the instant.
    folder : Path
        For this trial alone; removed if all promises held.
    whole : dict
        What an undisturbed run gave.
    moment : callable
        As `within`: how long that took.

    Returns
    -------
    Trial
        With the promises that were broken.
    """
    rng = random.Random(seed)  # noqa: S311  # no secret
    shutil.rmtree(folder, ignore_errors=True)
    done = Trial(seed, rng.choice(["the command", "a descendant", "all"]), [])
    process = _started(folder, str(seed))
    moment(rng, process, folder / "results")
    done.killed = _kill(process.pid, done.target, rng)
    if done.target != "a descendant":
        process.wait(LIMIT_SECONDS)
        left = _gone_within(str(seed), ORPHAN_SECONDS)
        done.require(not left, f"orphans after {ORPHAN_SECONDS:g} s: {left}")
    status, error = _ended(process)
    done.require("Traceback" not in error, f"a traceback:\n{error}")
    if status == 0:
        done.require(_is_whole(folder, whole), "exit status 0 without every result")
    elif done.target == "a descendant":
        done.require(status == 1 and bool(error or _journal(folder)), f"status {status}: {error}")
    _run_again(done, folder, whole)
    if not done.broken:
        shutil.rmtree(folder)
        shutil.rmtree(_temporary(folder))
    return done


def _run_again(done: Trial, folder: Path, whole: Essences) -> None:
    process = _started(folder, str(done.seed))
    status, error = _ended(process)
    done.require(status == 0, f"the same command again: status {status}\n{error}")
    done.require("Traceback" not in error, f"a traceback of the second run:\n{error}")
    done.require(_is_whole(folder, whole), "records differ from the undisturbed run's")
    left = _gone_within(str(done.seed), ORPHAN_SECONDS)
    done.require(not left, f"orphans of the second run: {left}")
    temporary = _temporary(folder)
    files = [str(path) for path in temporary.rglob("*") if not path.is_dir()]
    folders = [str(path) for path in temporary.glob("*/*")]
    done.require(not files and not folders, f"temporary files are left: {files or folders}")


def _started(folder: Path, mark: str) -> subprocess.Popen[str]:
    folder.mkdir(parents=True, exist_ok=True)
    _temporary(folder).mkdir(exist_ok=True)
    (folder / "kill.toml").write_text(SPEC)
    environment = os.environ | {
        MARK: mark,
        "TMPDIR": str(_temporary(folder)),
        "ALBENCH_CACHE": str(folder / "cache"),
        "MPLCONFIGDIR": str(folder / "mpl"),
        "OMP_NUM_THREADS": "1",
    }
    arguments = ["run", str(folder / "kill.toml"), "--output", str(folder / "results")]
    return subprocess.Popen(  # noqa: S603  # our own command
        [*COMMAND, *arguments, "--jobs", "2"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )


def _temporary(folder: Path) -> Path:
    """Return a run's folder for temporary files: short, or albench would put sockets elsewhere."""
    name = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:8]
    return Path("/tmp") / f"kill-{name}"  # noqa: S108  # made by us, and looked through afterwards


def _ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    try:
        _, error = process.communicate(timeout=LIMIT_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        return -1, f"no end within {LIMIT_SECONDS:g} s"
    return process.returncode, error


def _kill(pid: int, target: str, rng: random.Random) -> list[str]:
    """Kill what is to be killed, and return what each was."""
    try:
        command = psutil.Process(pid)
        descendants = command.children(recursive=True)
    except psutil.Error:
        return []
    chosen = [command] if target != "a descendant" else []
    if target == "all":
        chosen += descendants
    if target == "a descendant" and descendants:
        chosen = [rng.choice(descendants)]
    kinds = []
    for process in chosen:
        with contextlib.suppress(psutil.Error):
            kind = "the command" if process.pid == pid else _kind(process, pid)
            process.kill()
            kinds.append(kind)
    return kinds


def _kind(process: psutil.Process, command: int) -> str:
    line = " ".join(process.cmdline())
    if "resource_tracker" in line:
        return "a resource tracker"
    if "forkserver" in line:
        return "the fork server" if process.ppid() == command else "a child"
    return "another process"


def _gone_within(mark: str, seconds: float) -> list[str]:
    """Return the processes of a trial that are there still."""
    deadline = time.monotonic() + seconds
    while (left := list(_marked(mark))) and time.monotonic() < deadline:
        time.sleep(0.1)
    return left


def _marked(mark: str) -> Iterable[str]:
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.pid != os.getpid() and process.environ().get(MARK) == mark:
                yield " ".join(process.cmdline())


def _journal(folder: Path) -> bool:
    return any((folder / "results" / "journal").glob("*.jsonl"))


def _is_whole(folder: Path, whole: Essences) -> bool:
    results = folder / "results"
    is_drawn = (results / "report" / "index.html").is_file()
    return is_drawn and _journal(folder) and essences_of(results) == whole


def essences_of(results: Path) -> Essences:
    """Return what of each successful cell must be equal."""
    records = tables.gather(journal.read(results / "journal"))
    return {
        cell: tables.essence(end) for cell, end in records.finished.items() if end.status == "ok"
    }


def summary(trials: Iterable[Trial]) -> Mapping[str, int]:
    """Return how many of each kind of process were killed, and in how many trials."""
    counts: Counter[str] = Counter()
    for done in trials:
        counts["trials"] += 1
        counts[f"trials that killed {done.target}"] += 1
        counts.update(f"killed: {kind}" for kind in done.killed)
        counts["trials that were over before the kill"] += not done.killed
        counts["trials with a broken promise"] += bool(done.broken)
    return counts


def main() -> int:
    """Run the trials and print the counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0, help="of the first trial")
    parser.add_argument("--engine", choices=kill_engines.ENGINES, help="several processes")
    points = ("random", *kill_points.POINTS)
    help_text = "with --engine: where to kill, in turn (default: at a random instant)"
    parser.add_argument("--points", choices=points, nargs="+", default=["random"], help=help_text)
    options = parser.parse_args()
    if options.engine:
        return engine_trials(options)
    shutil.rmtree(options.folder / "undisturbed", ignore_errors=True)
    whole, seconds = undisturbed(options.folder / "undisturbed")
    done: list[Trial] = []
    one = partial(_numbered, folder=options.folder, whole=whole, moment=within(seconds))
    with ThreadPoolExecutor(options.jobs) as slots:
        for ended in slots.map(one, range(options.seed, options.seed + options.trials)):
            done.append(ended)
            for broken in ended.broken:
                print(f"trial {ended.seed}, {ended.target} {ended.killed}: {broken}", flush=True)
    print(json.dumps(summary(done), indent=1))
    return 1 if any(ended.broken for ended in done) else 0


def engine_trials(options: argparse.Namespace) -> int:
    """Run the trials of an engine, one after the other, and print the counts."""
    shutil.rmtree(options.folder / "alone", ignore_errors=True)
    options.folder.mkdir(parents=True, exist_ok=True)
    spec = options.folder / "kill.toml"
    spec.write_text(SPEC)
    whole = kill_engines.alone(options.folder / "alone", spec)
    counts: Counter[str] = Counter()
    with contextlib.suppress(KeyboardInterrupt):  # the counts of what was done are told
        _count_trials(options, spec, whole, counts)
    print(json.dumps(counts, indent=1))
    return 1 if counts["trials with a broken promise"] else 0


def _count_trials(
    options: argparse.Namespace, spec: Path, whole: Mapping[str, str], counts: Counter[str]
) -> None:
    for seed in range(options.seed, options.seed + options.trials):
        point = options.points[seed % len(options.points)]
        folder = options.folder / str(seed)
        done = kill_engines.engine_trial(options.engine, point, folder, spec, whole, seed)
        counts[f"trials, {done.point}"] += 1
        counts["processes killed"] += done.n_killed
        counts["trials with a broken promise"] += bool(done.broken)
        for broken in done.broken:
            print(f"trial {seed}, {done.engine}, {done.point}: {broken}", flush=True)


def _numbered(seed: int, folder: Path, whole: Essences, moment: Moment) -> Trial:
    return trial(seed, folder / str(seed), whole, moment)


if __name__ == "__main__":
    sys.exit(main())

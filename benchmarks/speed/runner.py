"""What the runner itself takes: an empty cell, large plans, and results of many cells.

::

    OMP_NUM_THREADS=1 python benchmarks/speed/runner.py [--write docs/speed-runner.md] [--cells N]

- **Planning** resolves and plans a matrix of all strategies, in processes of their own: 1,000 cells
  and N (100,000). Seconds of the processor, so that other work on the machine counts little, and
  the largest resident memory.
- **Status and load** read a journal of cells of 20 rounds, 50 test units and 10 classes, which is
  written without running anything, 56 kB a cell: 150 cells and 1,500. The first time all of it is
  decoded and scored, as it is at the end of a run; from then on the journal is hashed, and what was
  derived from it is read. Seconds for 100,000 are told in proportion.
- **A plan of the quickstart** is the command, in a process of its own, for the second time: into a
  new folder, and from the published results, whose cells are read.
- **The first cell of the quickstart** is told from the start of `albench run quickstart` until the
  child of the first round 0 writes its log, for the second time: features and trials are cached.
  The wall time, with two jobs into a new folder; the run is then interrupted.
- **An empty cell** of 20 rounds trains a model that is solved in milliseconds, and buys at random:
  what a run of many takes longer than one of few, less queries, training and evaluation, is what
  it takes to start, supervise and record them, and what their repetitions share with the rest. One
  cell at a time; the wall time, so that other work on the machine counts in full. The first run
  of the process is not counted: it loads modules and fills the caches.
- **Beside rounds** is the share of the published quickstart's seconds that its cells spent on
  anything but queries, training and evaluation.

Targets: planning 100,000 cells within 10 s and 2 GB; status and load of 100,000 cells within 10 s
each; a plan of the quickstart within 2 s, its first cell within 3 s; a cell of many costs at most
1.2 times one of few; an empty cell 0.15 s; beside rounds 5 %.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import signal
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from verdict import met_or_missed

from albench import __version__, library, session, spec
from albench.execute.reuse import Reuse
from albench.execute.run import LOGS
from albench.overview import status_overview
from albench.records.journal import Journal
from albench.records.schema import CellStatus, Finished, MeasuredPart, Round, pack

MANY = 100_000
N_ROUNDS, N_UNITS, N_CLASSES = 20, 50, 10
RECORDED = (1, 10)
"""Repetitions of about 150 cells each whose journal is read."""

EMPTY = (1, 2, 22)
"""Repetitions of three budgets whose empty cells are run: to begin with, few, and many."""

TIMES = ["query_seconds", "train_seconds", "evaluate_seconds"]
QUICKSTART = Path(__file__).parents[2] / "results" / "quickstart"
PARTS = ("planning", "reading", "empty")

SPECIFICATION = """
name = "large"
repetitions = {repetitions}
[cohorts.digits.modalities]
fourier = {{ loader = "digits", options = {{ view = "fourier" }} }}
[models.small]
plugin = "{model}"
[budgets.low]
initial = 20
query = 5
stop = 115
[budgets.middle]
initial = 50
query = 5
stop = 145
[budgets.high]
initial = 100
query = 10
stop = 290
[[matrix]]
cohorts = ["digits"]
models = ["small"]
budgets = ["low", "middle", "high"]
strategies = {strategies}
"""


def opened(
    repetitions: int, model: str = "mmfn", strategies: str = '"all"'
) -> session.OpenedSpecification:
    """Return a specification, planned; of all strategies it has about 150 cells a repetition."""
    text = SPECIFICATION.format(repetitions=repetitions, model=model, strategies=strategies)
    return session.open_specification(spec.parse(text, "large.toml", Path()))


def planning(repetitions: int) -> dict[str, float]:
    """Return what planning takes; run in a process of its own."""
    opened(1)  # plugins, data and modules are there
    began = time.process_time()
    n_cells = len(opened(repetitions).plan.cells)
    seconds = time.process_time() - began
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    return {"cells": n_cells, "seconds": seconds, "megabytes": megabytes}


def reading(repetitions: int) -> dict[str, float]:
    """Return what `status` and `load` take; run in a process of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        n_cells = write_journal(folder, repetitions)
        size = sum(path.stat().st_size for path in folder.glob("journal/*")) / 1e6
        measured: dict[str, float] = {"cells": n_cells, "megabytes": size}
        for time_of in ("first ", ""):
            for what, read in (("status", status_overview), ("load", library.load)):
                began = time.process_time()
                read(folder)
                measured[time_of + what] = time.process_time() - began
        return measured


def plan_of_quickstart(*options: str) -> dict[str, float]:
    """Return the processor's seconds of the command, once what it remembers is there."""
    command = [sys.executable, "-m", "albench", "plan", "quickstart", *options]
    with tempfile.TemporaryDirectory() as empty:  # where no run lies
        for _ in range(2):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            done = subprocess.run(  # noqa: S603  # our own command
                command, check=True, capture_output=True, text=True, cwd=empty
            )
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"cells": int(done.stdout.split()[1]), "seconds": seconds}


def first_cell_of_quickstart() -> float:
    """Return the seconds until the first child works on a cell, once what it needs is cached."""
    for _ in range(2):
        with tempfile.TemporaryDirectory() as name:
            run = Path(name) / "run"
            command = [sys.executable, "-m", "albench", "run", "quickstart", "--jobs", "2"]
            began = time.perf_counter()
            with subprocess.Popen(  # noqa: S603  # our own command
                [*command, "--output", str(run)],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=name,
            ) as running:
                while not any((run / LOGS).glob("*.log")):
                    if running.poll() is not None:
                        sys.exit("the quickstart ended before its first cell")
                    time.sleep(0.01)
                seconds = time.perf_counter() - began
                running.send_signal(signal.SIGINT)
    return seconds


def write_journal(folder: Path, repetitions: int) -> int:
    """Write a run that nobody ran, and return how many cells it has."""
    plan = opened(repetitions)
    rng = np.random.default_rng(0)
    units = [f"{number:04d}" for number in range(N_UNITS)]
    part = MeasuredPart(
        units=units,
        labels=[number % N_CLASSES for number in range(N_UNITS)],
        n_candidates=1000,
        n_subjects=1000,
        n_test_candidates=N_UNITS,
        n_test_subjects=N_UNITS,
        **dict.fromkeys(("split_hash", "first_labels_hash", "weights_hash", "batches_hash"), "0"),
        marks={},
    )
    proba = rng.dirichlet(np.ones(N_CLASSES), (N_ROUNDS, N_UNITS)).astype(np.float32)
    rounds = [
        Round(
            round=number,
            picked=list(range(5 * number, 5 * number + 5)),
            n_labelled=20 + 5 * number,
            n_labelled_subjects=20 + 5 * number,
            proba=pack(proba[number]),
            query_seconds=0.1,
            train_seconds=0.1,
            evaluate_seconds=0.1,
            marks={},
        )
        for number in range(N_ROUNDS)
    ]
    cells = {cell.id: cell for cell in plan.plan.cells}
    nothing = Reuse({}, {}, {}, frozenset())
    with Journal(folder / "journal") as journal:
        journal.append("run", plan.record(nothing, ["albench"], 1).to_json())
        ends = (
            Finished(cell=key, status=CellStatus.OK, seconds=1.0, part=part, rounds=rounds)
            for key in cells
        )
        journal.extend(("cell", end.to_json()) for end in ends)
    return len(cells)


def empty_cells() -> dict[str, float]:
    """Return how many cells a run of many has more than one of few, and what each takes."""
    _, few, many = (_beside_rounds(repetitions) for repetitions in EMPTY)
    n_cells = many[0] - few[0]
    return {"cells": n_cells, "seconds": (many[1] - few[1]) / n_cells}


def _beside_rounds(repetitions: int) -> tuple[int, float]:
    """Return a run's cells, and its wall time less that of their rounds."""
    plan = opened(repetitions, "logistic", '["random"]')
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "run"
        began = time.perf_counter()
        with library.script_hidden():  # as `albench.run` does
            session.run(plan, folder, 1, ["runner"], lambda *_: None, lambda _: None)
        seconds = time.perf_counter() - began
        results = library.load(folder)
    return len(results.cells), seconds - float(results.rounds[TIMES].sum().sum())


def beside_rounds_of_quickstart() -> float:
    """Return the share of the published cells' seconds that is not their rounds'."""
    results = library.load(QUICKSTART)
    whole = float(results.cells["seconds"].sum())
    return 1 - float(results.rounds[TIMES].sum().sum()) / whole


def elsewhere(what: str, repetitions: int) -> dict[str, float]:
    """Return what a part takes in a process of its own."""
    command = [sys.executable, __file__, "--part", what, "--repetitions", str(repetitions)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603  # our own
    measured: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return measured


def page(n_cells: int) -> list[str]:
    """Return the lines of the page, measuring as they are made."""
    n_a_repetition = len(opened(1).plan.cells)
    few, many = (elsewhere("planning", round(n / n_a_repetition)) for n in (1000, n_cells))
    lines = [
        "# What the runner takes",
        "",
        "Written by `python benchmarks/speed/runner.py --write docs/speed-runner.md`, whose "
        "docstring says what is measured and how: do not edit.",
        "",
        f"{datetime.now(UTC):%Y-%m-%d}; albench {__version__}; Python {platform.python_version()}; "
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} when it began. Seconds of the "
        "processor, but for the first cell's and the empty cell's.",
        "",
        "| what | cells | seconds | a cell | target | |",
        "| --- | ---: | ---: | ---: | --- | --- |",
        _row("planning", few, few["seconds"], "", is_met=None),
        _row("planning", many, many["seconds"], "10 s", is_met=many["seconds"] <= 10),
    ]
    growth = (many["seconds"] / many["cells"]) / (few["seconds"] / few["cells"])
    for what, options in (("", ()), (", from published results", ("--from", str(QUICKSTART)))):
        quick = plan_of_quickstart(*options)
        is_met = quick["seconds"] <= 2
        lines.append(
            _row(f"plan of the quickstart{what}", quick, quick["seconds"], "2 s", is_met=is_met)
        )
    first = first_cell_of_quickstart()
    lines.append(
        _row("first cell of the quickstart", {"cells": 1.0}, first, "3 s", is_met=first <= 3)
    )
    small, large = (elsewhere("reading", repetitions) for repetitions in RECORDED)
    for what in ("status", "load"):
        for time_of, shown in ((f"first {what}", f"{what}, first"), (what, f"{what}, again")):
            lines.append(_row(shown, small, small[time_of], "", is_met=None))
            whole = large[time_of] / large["cells"] * MANY
            target = f"{MANY:,} in 10 s; in proportion {whole:,.0f} s"
            lines.append(_row(shown, large, large[time_of], target, is_met=whole <= 10))
    empty = elsewhere("empty", 0)
    seconds = empty["seconds"] * empty["cells"]
    lines.append(_row("empty cell", empty, seconds, "0.15 s", is_met=empty["seconds"] <= 0.15))
    lines += [
        "",
        f"- Memory of planning {many['cells']:,.0f} cells: {many['megabytes']:,.0f} MB (target "
        f"2,000): {met_or_missed(is_met=many['megabytes'] <= 2000)}.",
        f"- Planning a cell of many costs {growth:.2f} times one of few (target 1.2): "
        f"{met_or_missed(is_met=growth <= 1.2)}.",
    ]
    for what in ("first status", "first load"):
        ratio = (large[what] / large["cells"]) / (small[what] / small["cells"])
        lines.append(
            f"- The {what} of a cell costs, with {large['cells']:,.0f} of them, {ratio:.2f} times "
            f"what it costs with {small['cells']:,.0f} (target 1.2, for 100,000 and 1,000): "
            f"{met_or_missed(is_met=ratio <= 1.2)}."
        )
    beside = beside_rounds_of_quickstart()
    lines.append(
        f"- Of the published quickstart's seconds {100 * beside:.1f} % are beside rounds (target "
        f"5 %): {met_or_missed(is_met=beside <= 0.05)}."
    )
    return [
        *lines,
        f"- The journal that is read has {large['megabytes'] / large['cells'] * 1e3:.0f} kB a "
        "cell. The first `status` decodes and checks all of it: each line's checksum, JSON, and "
        "every round's probabilities; the first `load`, which the end of a run makes, also scores "
        "every round. Both remember what came out beside the journal (`work/derived`), for as long "
        "as a hash of the whole journal is the same.",
    ]


def _row(
    what: str, told: dict[str, float], seconds: float, target: str, *, is_met: bool | None
) -> str:
    a_cell = 1e3 * seconds / told["cells"]
    verdict = "" if is_met is None else met_or_missed(is_met=is_met)
    figures = f"{told['cells']:,.0f} | {seconds:.2f} | {a_cell:.3f} ms"
    return f"| {what} | {figures} | {target} | {verdict} |"


def main() -> int:
    """Measure, and print or write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--write", type=Path, help="the page to write")
    parser.add_argument("--cells", type=int, default=MANY, help="of the large plan")
    parser.add_argument("--part", choices=PARTS, help=argparse.SUPPRESS)
    parser.add_argument("--repetitions", type=int, default=1, help=argparse.SUPPRESS)
    options = parser.parse_args()
    parts: dict[str, Any] = {"planning": planning, "reading": reading}
    if options.part == "empty":
        print(json.dumps(empty_cells()))
    elif options.part is not None:
        print(json.dumps(parts[options.part](options.repetitions)))
    else:
        text = "\n".join(page(options.cells)) + "\n"
        print(text)
        if options.write is not None:
            options.write.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

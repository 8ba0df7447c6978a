"""Time reports and their statistics: ``python benchmarks/speed/report.py [PART...]``.

``--write FILE`` writes what was found to a page.

- ``published``: the report of as many whole repetitions of the largest published results as come
  nearest to 4,680 cells, for which the target is set, drawn again into a temporary folder.
- ``whole``: the report of all of them.
- ``large``: tables of 100,000 cells with 20 rounds each. They are those of the published results,
  their cohorts named anew until there are enough and their curves drawn through 20 rounds, each
  with noise of its own.
- ``bootstrap``: 10,000 resamples for the intervals of mean ranks of the published results: of
  repetitions, and then of cohorts, for which each block counts.

Each part is a process of its own, so that memory is that of the part. The time is that of the
clock; beside it stands the time of the processors, since other work on the machine slows the first
alone.
"""

from __future__ import annotations

import argparse
import datetime
import json
import multiprocessing
import os
import platform
import resource
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

RESULTS = Path(__file__).parents[2] / "results"
LARGEST = "strategies"
TABLES = ("marks", "intervals", "optimism", "contrasts", "confusion")
N_CELLS, N_ROUNDS = 100_000, 20
N_RESAMPLES = 10_000
N_PUBLISHED = 4680
TARGETS = {
    "published": (20.0, None),
    "whole": (None, None),
    "large": (300.0, 4.0),
    "bootstrap": (10.0, None),
}
"""Seconds, and gigabytes, that a part may take; None where nothing was promised."""


@dataclass(frozen=True)
class Measured:
    """What a part took: seconds by the clock and by the processors, and the most memory in GB."""

    part: str
    what: str
    seconds: float
    processor_seconds: float
    gigabytes: float

    @property
    def is_met(self) -> bool:
        """Whether it kept its targets."""
        seconds, gigabytes = TARGETS[self.part]
        in_time = seconds is None or self.seconds <= seconds
        return in_time and (gigabytes is None or self.gigabytes <= gigabytes)


def main(arguments: list[str] | None = None) -> int:
    """Measure, and print or write what was found; return 0 if every target is met."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(TARGETS)}")
    parser.add_argument("--cells", type=int, default=N_CELLS, help="cells of the part large")
    parser.add_argument("--write", type=Path, help="a page to write")
    options = parser.parse_args(arguments)
    if unknown := sorted(set(options.parts) - TARGETS.keys()):
        parser.error(f"{unknown[0]!r} is no part; there are {', '.join(TARGETS)}")
    measured = [_measured(part, options.cells) for part in options.parts or TARGETS]
    text = _page(measured)
    print(text)
    if options.write:
        options.write.write_text(text, encoding="utf-8")
    return 0 if all(one.is_met for one in measured) else 1


def _measured(part: str, n_cells: int) -> Measured:
    # A fresh interpreter: what an earlier part took of memory would count.
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_carry_out, args=(part, n_cells, sender))
    process.start()
    sender.close()
    try:
        measured: Measured = receiver.recv()
    except EOFError:
        raise SystemExit(f"the part {part} failed") from None
    finally:
        process.join()
    return measured


def _carry_out(part: str, n_cells: int, sender: Connection) -> None:
    """Run a part in this process and send what it took."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "results"
        folder.mkdir()
        prepare = {
            "published": _published,
            "whole": _whole,
            "large": _large,
            "bootstrap": _bootstrap,
        }
        what, work = prepare[part](folder, n_cells)
        before, begun = _processor_seconds(), time.perf_counter()
        work()
        seconds = time.perf_counter() - begun
        sender.send(Measured(part, what, seconds, _processor_seconds() - before, _most_gigabytes()))


def _processor_seconds() -> float:
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in both)


def _most_gigabytes() -> float:
    """Return the most memory of this process and of the one that draws figures, added up."""
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_maxrss for usage in both) / 2**20  # Linux counts kilobytes


def _published(folder: Path, _: int) -> tuple[str, Callable[[], object]]:
    _whole(folder, 0)
    cells, scores = (pd.read_csv(folder / f"{name}.csv") for name in ("cells", "scores"))
    n_repetitions = cells["repetition"].nunique()
    n_kept = max(1, round(n_repetitions * N_PUBLISHED / len(cells)))
    cells = cells[cells["repetition"] < n_kept]
    cells.to_csv(folder / "cells.csv", index=False)
    scores[scores["cell"].isin(cells["cell"])].to_csv(folder / "scores.csv", index=False)
    what = f"report of {len(cells):,} cells, {n_kept} of {n_repetitions} repetitions"
    return what, lambda: _write_report(folder)


def _whole(folder: Path, _: int) -> tuple[str, Callable[[], object]]:
    for name in ("cells", "scores", *TABLES):
        shutil.copy(RESULTS / LARGEST / f"{name}.csv", folder)
    shutil.copy(RESULTS / LARGEST / "manifest.json", folder)
    n = len(pd.read_csv(folder / "cells.csv"))
    return f"report of {n:,} cells", lambda: _write_report(folder)


def _large(folder: Path, n_cells: int) -> tuple[str, Callable[[], object]]:
    _whole(folder, 0)
    cells, scores = (pd.read_csv(folder / f"{name}.csv") for name in ("cells", "scores"))
    n_copies = -(-n_cells // len(cells))
    rng = np.random.default_rng(0)
    rounds = _longer(scores)
    metrics = [name for name in ("accuracy", "auc") if name in rounds]
    all_cells, all_rounds = [], []
    for i in range(n_copies):
        names = f"{i:x}-" + cells["cell"].astype(str)
        all_cells.append(cells.assign(cell=names, cohort=cells["cohort"] + f"-{i}"))
        noisy = rounds.assign(cell=f"{i:x}-" + rounds["cell"].astype(str))
        noise = rng.normal(0, 0.01, (len(noisy), len(metrics)))
        noisy[metrics] = (noisy[metrics] + noise).clip(0, 1)
        all_rounds.append(noisy)
    kept = pd.concat(all_cells)
    kept.to_csv(folder / "cells.csv", index=False)
    pd.concat(all_rounds).to_csv(folder / "scores.csv", index=False, float_format="%.6g")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["cohorts"] = {
        f"{name}-{i}": facts for i in range(n_copies) for name, facts in manifest["cohorts"].items()
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    for name in TABLES:
        table = pd.read_csv(folder / f"{name}.csv")
        table[:0].to_csv(folder / f"{name}.csv", index=False)
    what = f"report of {len(kept):,} cells with {N_ROUNDS} rounds"
    return what, lambda: _write_report(folder)


def _longer(scores: pd.DataFrame) -> pd.DataFrame:
    """Return curves of `N_ROUNDS` rounds through those of the tables; a reference has one."""
    last = scores.groupby("cell")["round"].transform("max")
    once, curves = scores[last == 0], scores[last > 0]
    parts = [once]
    for _, curve in curves.groupby("cell"):
        at = np.linspace(0, len(curve) - 1, N_ROUNDS)
        long = curve.iloc[np.minimum(at.round().astype(int), len(curve) - 1)].copy()
        for name in ("n_labelled", "accuracy", "auc"):
            long[name] = np.interp(at, np.arange(len(curve)), curve[name].to_numpy(dtype=float))
        long["n_labelled"] = long["n_labelled"].round().astype(int)
        parts.append(long.assign(round=range(N_ROUNDS)))
    return pd.concat(parts)


def _bootstrap(folder: Path, _: int) -> tuple[str, Callable[[], object]]:
    from albench.analysis.curves import joined
    from albench.analysis.efficiency import cell_efficiency
    from albench.analysis.ranks import rank
    from albench.reporting.load import load

    _whole(folder, 0)
    records = load(folder)
    price = cell_efficiency(joined(records.cells, records.scores), "accuracy")
    # Each block counts as a cohort: fewer than five would leave out the resamples of cohorts.
    apart = price.assign(cohort=price["cohort"] + ", " + price["budget"])
    n, n_cohorts = apart["strategy"].nunique(), apart["cohort"].nunique()
    what = f"{N_RESAMPLES:,} resamples of the ranks of {n} strategies on {n_cohorts} cohorts"
    return what, lambda: rank(apart, n_resamples=N_RESAMPLES)


def _write_report(folder: Path) -> None:
    from albench.reporting import writing

    writing.write(folder)


def _page(measured: list[Measured]) -> str:
    rows = [
        f"| {one.what} | {one.seconds:.1f} s | {_target(one)} | {_verdict(one)} "
        f"| {one.processor_seconds:.1f} s | {one.gigabytes:.2f} GB |"
        for one in measured
    ]
    load = os.getloadavg()[0]
    head = [
        "# Speed of reports",
        "",
        "Written by `python benchmarks/speed/report.py --write docs/speed-report.md`, whose "
        "docstring says what is measured and how: do not edit.",
        "",
        f"{datetime.datetime.now(tz=datetime.UTC).date()}; Python {platform.python_version()}, "
        f"{os.cpu_count()} processors, load average {load:.1f} at the end.",
        "",
        "| what | took | target | met | processors' time | most memory |",
        "| --- | ---: | ---: | --- | ---: | ---: |",
    ]
    return "\n".join([*head, *rows, ""])


def _target(one: Measured) -> str:
    seconds, gigabytes = TARGETS[one.part]
    limits = (f"{seconds:g} s" if seconds else "", f"{gigabytes:g} GB" if gigabytes else "")
    return ", ".join(filter(None, limits))


def _verdict(one: Measured) -> str:
    if TARGETS[one.part] == (None, None):
        return ""
    return "yes" if one.is_met else "no"


if __name__ == "__main__":
    sys.exit(main())

"""How much sooner a benchmark is done in lockstep: ``python lockstep.py [--write FILE]``.

Slices of benchmarks are run with and without lockstep by turns, in one process and on two children
at once, so that both ways meet the same machine. Every pair's records are compared: they must be
equal but for times. Of several turns the medians are shown. The clock runs from the first cell to
the last; what a run does before (data prepared, the fork server started) is the same in both ways.

With ``--part NAME`` only that one is measured. A page that was written on the same day, with the
same versions, keeps what it says of the others.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import shutil
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from verdict import met_or_missed

import albench
from albench import session
from albench.library import script_hidden
from albench.records.results_folder import read_results
from albench.records.tables import essence
from albench.spec.slices import Slice

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from albench.records.schema import Finished

BENCHMARKS = Path(__file__).parents[1]
JOBS = 2
Lines = tuple[list[str], list[str]]
"""Of a part: two rows of the table, and a verdict for each target."""

LARGE, LARGE_MINUTES = 4_680, 6
"""Cells that are to be done in lockstep in so many minutes."""


@dataclass(frozen=True)
class Part:
    """A slice of a benchmark.

    Parameters
    ----------
    name : str
        What the table calls it.
    spec : str
        The file, in ``benchmarks``.
    repetitions : int
        How many of them.
    chosen : mapping of str to tuple of str
        As of ``albench run``.
    whole : float
        How many times as fast as one by one the run is to be.
    training : float or None
        The same of its training; None if nothing is promised of it.
    once : bool
        Whether one turn of each way is enough, since there are thousands of cells.
    """

    name: str
    spec: str
    repetitions: int
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    whole: float = 2.0
    training: float | None = None
    once: bool = False


FEW = ("random", "least-confident", "margin", "entropy", "esd", "bald", "k-center")
PARTS = {
    part.name: part
    for part in (
        Part(
            "strategies, digits, low",
            "strategies.toml",
            3,
            {"cohort": ("digits",), "budget": ("low",)},
            whole=5.0,
            training=10.0,
        ),
        Part("strategies", "strategies.toml", 2, whole=5.0, training=10.0, once=True),
        Part(
            "quickstart, uci-digits",
            "quickstart.toml",
            2,
            {"cohort": ("uci-digits",), "strategy": FEW},
        ),
        Part(
            "quickstart, breast-cancer",
            "quickstart.toml",
            2,
            {"cohort": ("breast-cancer",), "strategy": FEW},
        ),
    )
}


@dataclass(frozen=True)
class Turn:
    """One run.

    Parameters
    ----------
    seconds : float
        From the first cell to the last.
    cells : tuple of Finished
        By identity.
    """

    seconds: float
    cells: tuple[Finished, ...]

    @property
    def training(self) -> float:
        """Seconds of training, of all cells and rounds but the shared round 0."""
        return sum(entry.train_seconds for cell in self.cells for entry in cell.rounds[1:])

    @property
    def queries(self) -> float:
        """Seconds of queries."""
        return sum(entry.query_seconds for cell in self.cells for entry in cell.rounds[1:])

    @property
    def scoring(self) -> float:
        """Seconds of predictions on the test part."""
        return sum(entry.evaluate_seconds for cell in self.cells for entry in cell.rounds[1:])


def run(part: Part, folder: Path, *, lockstep: bool) -> Turn:
    """Run a slice once.

    Parameters
    ----------
    part : Part
        What.
    folder : Path
        For its records; emptied first.
    lockstep : bool
        Which way.

    Returns
    -------
    Turn
        All its cells succeeded, or the script ends.
    """
    shutil.rmtree(folder, ignore_errors=True)
    repetitions = frozenset(range(part.repetitions))
    chosen = Slice(included=part.chosen, repetitions=repetitions)
    opened = session.open_spec(str(BENCHMARKS / part.spec), chosen)
    began: list[float] = []
    with script_hidden():  # children need nothing of what is imported here
        session.run(
            opened,
            folder,
            JOBS,
            sys.argv,
            lambda *_: began.append(time.perf_counter()),
            lambda _: None,
            lockstep=lockstep,
        )
    seconds = time.perf_counter() - began[0]
    cells = tuple(sorted(read_results(folder).cells, key=lambda cell: cell.cell))
    failed = [cell.reason for cell in cells if cell.status != "ok"]
    if failed:
        sys.exit(f"{part.name}: {len(failed)} cells failed: {failed[0]}")
    if lockstep and not any(folder.glob("work/logs/batch-*")):
        sys.exit(f"{part.name}: no cell learnt in lockstep; albench plan {part.spec} says why")
    return Turn(seconds, cells)


def compared(part: Part, repeats: int, folder: Path) -> Lines:
    """Return a part's two rows of the table, and a line for each of its targets.

    Parameters
    ----------
    part : Part
        What.
    repeats : int
        Turns of each way.
    folder : Path
        For records.

    Returns
    -------
    rows, verdicts : list of str
        Lines of Markdown.
    """
    turns: dict[bool, list[Turn]] = {False: [], True: []}
    for _ in range(1 if part.once else repeats):
        for way in (True, False):
            turns[way].append(run(part, folder / "records", lockstep=way))
            print(f"{part.name}: lockstep {way}: {turns[way][-1].seconds:.1f} s", flush=True)
    first = [essence(cell) for cell in turns[False][0].cells]
    for turn in turns[True]:
        if [essence(cell) for cell in turn.cells] != first:
            sys.exit(f"{part.name}: records differ")
    return [_row(part, way, turns) for way in (False, True)], list(_verdicts(part, turns))


def _verdicts(part: Part, turns: Mapping[bool, Sequence[Turn]]) -> Iterator[str]:
    whole, training = _ratio(turns, "seconds"), _ratio(turns, "training")
    targets = [(f"in all at least {part.whole:.0f} x", whole >= part.whole, f"{whole:.1f}")]
    if part.training is not None:
        what = f"training at least {part.training:.0f} x"
        targets.append((what, training >= part.training, f"{training:.1f}"))
    if part.once:
        minutes = turns[True][0].seconds / 60 * LARGE / len(turns[True][0].cells)
        what = f"{LARGE:,} cells in less than {LARGE_MINUTES} minutes"
        told = f"{minutes:.1f}, in proportion to one turn of each way"
        targets.append((what, minutes < LARGE_MINUTES, told))
    for what, is_met, told in targets:
        yield f"- {part.name}, {what}: {met_or_missed(is_met=is_met)} ({told})"


def _median(turns: Sequence[Turn], name: str) -> float:
    values: list[float] = [getattr(turn, name) for turn in turns]
    return statistics.median(values)


def _ratio(turns: Mapping[bool, Sequence[Turn]], name: str) -> float:
    return _median(turns[False], name) / _median(turns[True], name)


def _row(part: Part, way: bool, turns: Mapping[bool, Sequence[Turn]]) -> str:
    n = len(turns[way][0].cells)
    columns = [f"{part.name}" if not way else "", str(n), "lockstep" if way else "one by one"]
    for name in ("seconds", "training", "queries", "scoring"):
        text = f"{_median(turns[way], name):,.1f}"
        if way and name in ("seconds", "training"):
            text += f" ({_ratio(turns, name):.1f} x)"
        columns.append(text)
    columns.insert(4, f"{60 * n / _median(turns[way], 'seconds'):,.0f}")
    return f"| {' | '.join(columns)} |"


def main() -> int:
    """Print the table, and write it if asked to."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--repeats", type=int, default=3, help="turns of each way (default: 3)")
    parser.add_argument("--part", action="append", choices=PARTS, help="only this one")
    parser.add_argument("--write", type=Path, help="the file to write the table into")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    measured: dict[str, Lines] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in options.part or PARTS:
            measured[name] = compared(PARTS[name], options.repeats, Path(folder))
    head = _head(options.repeats)
    if options.write is not None and options.write.is_file():
        measured = _kept(options.write.read_text(encoding="utf-8"), head) | measured
    text = _page(measured, head, load)
    print(text)
    if options.write is not None:
        options.write.write_text(text, encoding="utf-8")
    return 0


def _head(repeats: int) -> str:
    today = datetime.datetime.now(tz=datetime.UTC).date()
    return (
        f"{today}; albench {albench.__version__}, torch {torch.__version__}; Python "
        f"{platform.python_version()}; {JOBS} children at once, one thread each; medians of "
        f"{repeats}; "
    )


def _kept(page: str, head: str) -> dict[str, Lines]:
    """Return what a page says of each part, if it was written today and of the same versions."""
    lines = page.splitlines()
    if not any(line.startswith(head) for line in lines):
        return {}
    rows = {line.split(" | ")[0].removeprefix("| "): n for n, line in enumerate(lines)}
    kept: dict[str, Lines] = {
        name: (lines[rows[name] : rows[name] + 2], []) for name in PARTS if name in rows
    }
    for line in lines:
        told = [name for name in kept if line.startswith(f"- {name}, ")]
        if told:  # the name of a part may begin with that of another
            kept[max(told, key=len)][1].append(line)
    return kept


def _page(measured: Mapping[str, Lines], head: str, load: float) -> str:
    parts = [measured[name] for name in PARTS if name in measured]
    return "\n".join(
        [
            "# Speed of lockstep",
            "",
            "Written by `python benchmarks/speed/lockstep.py --write docs/speed-lockstep.md`, "
            "whose docstring says what is measured and how: do not edit.",
            "",
            f"{head}the load before the first run was {load:.1f}. Records of both ways are equal "
            "but for times.",
            "",
            "| slice | cells | way | seconds | cells a minute | training, s | queries, s "
            "| scoring, s |",
            "| --- | ---: | --- | ---: | ---: | ---: | ---: | ---: |",
            *(row for rows, _ in parts for row in rows),
            "",
            *(verdict for _, verdicts in parts for verdict in verdicts),
            "",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())

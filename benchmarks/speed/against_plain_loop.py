"""albench against a plain loop: ``python against_plain_loop.py [--write FILE]``.

The same cells are learnt by albench and by `plain_loop.py`, which is what one would write with
scikit-activeml instead: the same data, splits, first labels, sizes of queries and numbers of
updates, on two processes, by turns in one run, so that all meet the same machine. Of several turns
the medians are shown. Strategies are those that both have.

albench learns by what `benchmarks/strategies.toml` says, a network with a stream a modality. The
plain loop has the vectors of all modalities in one table, and one perceptron. The clock runs from
the first cell to the last; what it takes to begin (processes, imports, for albench also its cache
and the trial of its networks) is a column of its own. albench's references, trained on all labels,
are left out, since the plain loop has none.

Target: 10 times the cells a minute of each plain way.
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
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import skactiveml
import sklearn
import skorch
import torch
from joblib import Parallel, delayed
from joblib.externals.loky import get_reusable_executor
from plain_loop import CLASSIFIERS, STRATEGIES, Problem, learn
from verdict import met_or_missed

import albench
from albench import session
from albench.execute.repetition import open_repetition
from albench.library import script_hidden
from albench.references import ALWAYS
from albench.spec.slices import Slice

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SPECIFICATION = Path(__file__).parents[1] / "strategies.toml"
JOBS = 2
TARGET = 10
ALBENCH = "albench"
PLAIN = {f"scikit-activeml, {name}": name for name in CLASSIFIERS}


@dataclass(frozen=True)
class Turn:
    """All cells once.

    Parameters
    ----------
    begin : float
        Seconds before the first cell.
    seconds : float
        From the first cell to the last.
    accuracies : mapping of str to list of float
        By strategy, of each repetition after the last round.
    """

    begin: float
    seconds: float
    accuracies: Mapping[str, Sequence[float]]

    @property
    def n_cells(self) -> int:
        """How many there were."""
        return sum(map(len, self.accuracies.values()))


@dataclass(frozen=True)
class Matrix:
    """The cells that all learn.

    Parameters
    ----------
    cohort, budget : str
        Of the specification.
    strategies : tuple of str
        By albench's names.
    repetitions : int
        How many.
    """

    cohort: str
    budget: str
    strategies: tuple[str, ...]
    repetitions: int

    def opened(self) -> session.OpenedSpecification:
        """Return the specification's part of these cells, planned."""
        chosen = {
            "cohort": (self.cohort,),
            "budget": (self.budget,),
            "strategy": self.strategies,
        }
        part = Slice(
            included=chosen,
            excluded={"strategy": [name for name in ALWAYS if name not in self.strategies]},
            repetitions=frozenset(range(self.repetitions)),
        )
        return session.open_spec(str(SPECIFICATION), part)


def problems(opened: session.OpenedSpecification) -> tuple[list[Problem], tuple[int, ...]]:
    """Return what albench learns from as the plain loop wants it, and the labels of each round."""
    ((name, modalities), cohort) = next(iter(opened.cohorts.items()))
    tables = [
        opened.modalities[name][modality].read(cohort.candidates[:, column])
        for column, modality in enumerate(modalities)
    ]
    X, problems = np.concatenate(tables, axis=1), {}
    for cell in opened.plan.cells:
        repetition = open_repetition(cell, cohort)
        first = np.searchsorted(repetition.train, repetition.first_labels())
        y, targets = cohort.true_labels, tuple(map(int, repetition.schedule.targets))
        problems[cell.repetition] = Problem.of(X, y, repetition.train, repetition.test, first)
    return [problems[number] for number in sorted(problems)], targets


def with_albench(matrix: Matrix, folder: Path) -> Turn:
    """Return what `albench run` comes to; `folder` is emptied first."""
    shutil.rmtree(folder, ignore_errors=True)
    called = time.perf_counter()
    opened = matrix.opened()
    began: list[float] = []
    with script_hidden():  # children need nothing of what is imported here
        session.run(
            opened,
            folder,
            JOBS,
            sys.argv,
            lambda *_: began.append(time.perf_counter()),
            lambda _: None,
        )
    seconds = time.perf_counter() - began[0]
    results = albench.load(folder)
    failed = results.cells[results.cells["status"] != "ok"]
    if len(failed):
        sys.exit(f"{len(failed)} cells failed")
    last = results.scores.groupby("cell")["accuracy"].last()
    accuracies = {
        str(name): last[group["cell"]].tolist() for name, group in results.cells.groupby("strategy")
    }
    return Turn(began[0] - called, seconds, accuracies)


def with_plain_loop(
    matrix: Matrix, classifier: str, given: Sequence[Problem], targets: Sequence[int]
) -> Turn:
    """Return what the plain loop comes to."""
    get_reusable_executor(max_workers=JOBS).shutdown()  # as albench's, processes are new
    called = time.perf_counter()
    with Parallel(n_jobs=JOBS) as processes:
        # Both processes import what they need.
        processes(delayed(learn)(given[0], classifier, "random", targets[:1], 0) for _ in range(2))
        began = time.perf_counter()
        scores: list[list[float]] = processes(
            delayed(learn)(problem, classifier, strategy, targets, number)
            for number, problem in enumerate(given)
            for strategy in matrix.strategies
        )
        seconds = time.perf_counter() - began
    last = np.array([score[-1] for score in scores]).reshape(len(given), -1)
    accuracies = {name: last[:, k].tolist() for k, name in enumerate(matrix.strategies)}
    return Turn(began - called, seconds, accuracies)


def measured(matrix: Matrix, repeats: int) -> dict[str, list[Turn]]:
    """Return the turns of each way."""
    given, targets = problems(matrix.opened())
    turns: dict[str, list[Turn]] = {way: [] for way in (ALBENCH, *PLAIN)}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(repeats):
            turns[ALBENCH].append(with_albench(matrix, Path(folder) / "records"))
            for way, classifier in PLAIN.items():
                turns[way].append(with_plain_loop(matrix, classifier, given, targets))
            for way, each in turns.items():
                print(f"{way}: {each[-1].seconds:.1f} s", flush=True)
    return turns


def page(matrix: Matrix, turns: Mapping[str, Sequence[Turn]], head: Sequence[str]) -> str:
    """Return the page."""
    return "\n".join([*head, "", *_speeds(turns), "", *_accuracies(matrix, turns), ""])


def _speeds(turns: Mapping[str, Sequence[Turn]]) -> list[str]:
    rates = {
        way: 60 * each[0].n_cells / statistics.median(turn.seconds for turn in each)
        for way, each in turns.items()
    }
    lines = [
        "| way | cells | begin, s | seconds | cells a minute | albench is faster by |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for way, each in turns.items():
        begin = statistics.median(turn.begin for turn in each)
        seconds = statistics.median(turn.seconds for turn in each)
        ratio = "" if way == ALBENCH else f"{rates[ALBENCH] / rates[way]:.1f} x"
        lines.append(
            f"| {way} | {each[0].n_cells} | {begin:.1f} | {seconds:.1f} | {rates[way]:,.0f} "
            f"| {ratio} |"
        )
    least = min(rates[ALBENCH] / rates[way] for way in PLAIN)
    verdict = met_or_missed(is_met=least >= TARGET)
    return [*lines, "", f"- At least {TARGET} x the cells a minute: {verdict}."]


def _accuracies(matrix: Matrix, turns: Mapping[str, Sequence[Turn]]) -> list[str]:
    lines = [
        "Accuracy on the test part after the last round, the mean over repetitions: all learn.",
        "",
        f"| strategy | {' | '.join(turns)} |",
        f"| --- |{' ---: |' * len(turns)}",
    ]
    means = np.array(
        [
            [np.mean(each[0].accuracies[name]) for each in turns.values()]
            for name in matrix.strategies
        ]
    )
    for name, row in zip(matrix.strategies, means, strict=True):
        lines.append(f"| {name} | {' | '.join(f'{value:.3f}' for value in row)} |")
    return [*lines, f"| mean | {' | '.join(f'{value:.3f}' for value in means.mean(axis=0))} |"]


def main() -> int:
    """Measure, and print or write the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cohort", default="digits", help="of strategies.toml (default: digits)")
    parser.add_argument("--budget", default="low", help="of strategies.toml (default: low)")
    parser.add_argument("--repetitions", type=int, default=2, help="of each cell (default: 2)")
    parser.add_argument("--strategy", nargs="+", choices=STRATEGIES, default=list(STRATEGIES))
    parser.add_argument("--repeats", type=int, default=1, help="turns of each way (default: 1)")
    parser.add_argument("--write", type=Path, help="the page to write")
    options = parser.parse_args()
    matrix = Matrix(options.cohort, options.budget, tuple(options.strategy), options.repetitions)
    load = os.getloadavg()[0]
    text = page(matrix, measured(matrix, options.repeats), _head(options, load))
    print(text)
    if options.write is not None:
        options.write.write_text(text, encoding="utf-8")
    return 0


def _head(options: Any, load: float) -> list[str]:
    today = datetime.datetime.now(tz=datetime.UTC).date()
    versions = (
        f"albench {albench.__version__}, torch {torch.__version__}, scikit-activeml "
        f"{skactiveml.__version__}, scikit-learn {sklearn.__version__}, skorch {skorch.__version__}"
    )
    arguments = f"--repetitions {options.repetitions} --repeats {options.repeats}"
    return [
        "# Speed against a plain loop",
        "",
        f"Written by `python benchmarks/speed/against_plain_loop.py {arguments} --write "
        "docs/speed-plain-loop.md`, whose docstring says what is measured and how: do not edit.",
        "",
        f"{today}; {versions}; Python {platform.python_version()}; {options.cohort}, budget "
        f"{options.budget}; {JOBS} processes, one thread each; medians of {options.repeats}; the "
        f"load before the first run was {load:.1f}.",
    ]


if __name__ == "__main__":
    sys.exit(main())

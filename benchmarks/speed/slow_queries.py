"""Time the slowest queries against an older commit, on real pools, and compare their picks.

The pools are those of `benchmarks/strategies.toml`: digits and breast-cancer, a trained
mmfn-vectors, with few, some and many labels. What a strategy reads of the model (probabilities,
dropout passes, committees) is part of its query, as in a run. Those of discriminative differ on
purpose: the older fit had not converged. The older commit is checked out into a temporary git
worktree and timed by this same file in turn, a process each::

    OMP_NUM_THREADS=1 python benchmarks/speed/slow_queries.py COMMIT --write docs/speed-queries.md

Target: each strategy at least three times as fast, by the geometric mean over the pools.
"""

from __future__ import annotations

import argparse
import datetime
import importlib
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from verdict import met_or_missed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from albench.api import PoolView

STRATEGIES: dict[str, dict[str, Any]] = {
    "bait": {},
    "oracle-greedy": {"candidates": 10},
    "qbc-vote-entropy": {},
    "eer": {},
    "batchbald": {},
    "discriminative": {},
    "epig": {},
}
"""With the options of `benchmarks/strategies.toml`."""

COHORTS = {
    "digits": ("digits", ("fourier", "profile")),
    "breast-cancer": ("breast-cancer", ("mean", "error", "worst")),
}
TARGET = 3.0
BUDGETS = {"low": (10, 10), "middle": (50, 25), "high": (150, 75)}


@dataclass(frozen=True)
class Query:
    """A pool after round 0 of a cell."""

    classifier: Any
    candidates: NDArray[np.intp]
    labels: NDArray[np.intp]
    labelled: NDArray[np.intp]
    query: int

    def view(self, needs: frozenset[str]) -> PoolView:
        """Return a view that has computed nothing yet."""
        views = _module("learn.pool_views", "learn.views")
        query_round = getattr(views, "QueryRound", None) or views.Round
        chosen = np.zeros(len(self.labels), dtype=bool)
        chosen[self.labelled] = True
        self.classifier._prediction = None  # as after training
        by_key = dict(zip(map(tuple, self.candidates.tolist()), self.labels, strict=True))
        view: PoolView = views.candidate_view(
            self.classifier,
            needs,
            pool=self.candidates[~chosen],
            labelled=self.candidates[chosen],
            labels=self.labels[chosen],
            round=query_round(
                tell_labels=lambda rows: np.array([by_key[tuple(row)] for row in rows.tolist()])
            ),
        )
        return view


def _module(name: str, before: str) -> Any:
    """Return a module of albench, which older commits know by another name."""
    try:
        return importlib.import_module(f"albench.{name}")
    except ModuleNotFoundError:
        return importlib.import_module(f"albench.{before}")


def opened(cohort: str, budget: str) -> Query:
    """Return a trained round of a cohort."""
    from albench.learn.estimator import FusionClassifier
    from albench.learn.store import SampleStore, Scaling
    from albench.models.mmfn import Mmfn
    from albench.spec.training import Training

    seeds = _module("learn.optimisation", "learn.training").Seeds
    values, y = _cohort(cohort)
    rng = np.random.default_rng(0)
    rows = np.sort(rng.permutation(len(y))[: round(0.7 * len(y))])
    labels = y[rows]
    initial, query = BUDGETS[budget]
    labelled = np.sort(rng.permutation(len(rows))[:initial])
    parts = {view: (np.arange(len(rows)), columns[rows]) for view, columns in values.items()}
    scalings = {view: Scaling.of(columns) for view, (_, columns) in parts.items()}
    store = SampleStore(parts, scalings=scalings)
    classifier = FusionClassifier(
        Mmfn(hidden=32, width=32),
        {view: columns.shape[1:] for view, columns in values.items()},
        int(y.max()) + 1,
        store,
        training=Training(epochs=5, min_updates=60, batch_size=32, learning_rate=5e-3),
        seeds=seeds(weights=1, batches=2, dropout=3),
        device="cpu",
    )
    candidates = np.tile(np.arange(len(rows))[:, None], (1, len(values)))
    classifier.fit(candidates[labelled], labels[labelled])
    return Query(classifier, candidates, labels, labelled, query)


def _cohort(name: str) -> tuple[dict[str, NDArray[np.float32]], NDArray[np.intp]]:
    """Return the vectors of each view, row by row, and class numbers."""
    loader, views = COHORTS[name]
    module = importlib.import_module(f"albench.loaders.{loader.replace('-', '_')}")
    modalities = {view: module.load(view=view) for view in views}
    first = modalities[views[0]]
    labels = [str(first.labels[subject]) for subject in first.subjects]
    every = np.arange(len(labels))
    values = {view: np.asarray(one.read(every), np.float32) for view, one in modalities.items()}
    return values, np.unique(labels, return_inverse=True)[1]


def measured() -> Iterator[dict[str, Any]]:
    """Yield seconds and picks of each strategy on each pool, with the albench on the path."""
    from albench.strategies.plugin import albench_strategies
    from albench.testing.specimen import specimen_of

    by_name = {descriptor.name: descriptor for descriptor in albench_strategies()}
    for cohort in COHORTS:
        for budget in BUDGETS:
            opened_round = opened(cohort, budget)
            for name, options in STRATEGIES.items():
                strategy = specimen_of(by_name[name], options=options).build()
                seconds: list[float] = []
                picks = np.empty(0, dtype=np.intp)
                while len(seconds) < 3 or (len(seconds) < 15 and sum(seconds) < 1):
                    view = opened_round.view(strategy.needs)
                    start = time.perf_counter()
                    picks = strategy(view, opened_round.query, np.random.default_rng(0))
                    seconds.append(time.perf_counter() - start)
                yield {
                    "strategy": name,
                    "cohort": cohort,
                    "budget": budget,
                    "ms": 1000 * statistics.median(seconds),
                    "picks": np.asarray(picks).tolist(),
                }


def compared(commit: str, turns: int) -> list[dict[str, Any]]:
    """Return the rows of both commits in turn, the medians of their turns side by side."""
    here = Path(__file__).resolve().parents[2]
    with tempfile.TemporaryDirectory() as folder:
        there = Path(folder) / "older"
        _git("worktree", "add", "-q", "--detach", str(there), commit)
        try:
            pairs = [
                [_by_process(root, Path(folder)) for root in (there, here)] for _ in range(turns)
            ]
        finally:
            _git("worktree", "remove", "--force", str(there))
    rows = []
    for turn in zip(*(zip(*pair, strict=True) for pair in pairs), strict=True):
        before, now = zip(*turn, strict=True)
        then_ms, now_ms = (statistics.median(row["ms"] for row in side) for side in (before, now))
        rows.append(
            {
                **{key: now[0][key] for key in ("strategy", "cohort", "budget")},
                "before": then_ms,
                "now": now_ms,
                "ratio": then_ms / now_ms,
                "same": before[0]["picks"] == now[0]["picks"],
            }
        )
    return rows


def _git(*words: str) -> None:
    subprocess.run(["git", *words], check=True)  # noqa: S603, S607  # the repository's own


def _by_process(root: Path, folder: Path) -> list[dict[str, Any]]:
    out = folder / "measured.json"
    environment = {**os.environ, "PYTHONPATH": str(root)}
    command = [sys.executable, __file__, "--measure", str(out)]
    subprocess.run(command, env=environment, check=True)  # noqa: S603  # this very file
    rows: list[dict[str, Any]] = json.loads(out.read_text(encoding="utf-8"))
    return rows


def page(rows: list[dict[str, Any]], command: str) -> str:
    """Return the table as Markdown."""
    today = datetime.datetime.now(tz=datetime.UTC).date()
    lines = [
        "# Slow queries",
        "",
        f"Written by `{command}`, whose docstring says what is measured: do not edit. Milliseconds",
        "a query, medians; what the strategy reads of the model is part of it. One thread. What",
        "discriminative picks is not what it was: its classifier is now fitted to the minimum.",
        "",
        f"{today}; albench {version('albench')}, torch {version('torch')}, numpy "
        f"{version('numpy')}, scipy {version('scipy')}; Python {platform.python_version()}.",
        "",
        "| strategy | cohort | labels | before | now | ratio | same picks |",
        "|---|---|---|---:|---:|---:|---|",
    ]
    for row in sorted(rows, key=lambda row: row["strategy"]):
        same = "yes" if row["same"] else "no"
        lines.append(
            f"| {row['strategy']} | {row['cohort']} | {row['budget']} | {row['before']:.0f} "
            f"| {row['now']:.0f} | {row['ratio']:.1f} | {same} |"
        )
    head = f"| strategy | geometric mean of the ratios | target: at least {TARGET:.0f} |"
    lines += ["", head, "|---|---:|---|"]
    for name in sorted(STRATEGIES):
        mean = statistics.geometric_mean(row["ratio"] for row in rows if row["strategy"] == name)
        lines.append(f"| {name} | {mean:.1f} | {met_or_missed(is_met=mean >= TARGET)} |")
    return "\n".join([*lines, ""])


def main() -> int:
    """Measure, or compare with an older commit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("commit", nargs="?", help="what to compare with")
    parser.add_argument("--measure", type=Path, metavar="FILE", help="only this checkout, as JSON")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--write", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    if arguments.measure:
        arguments.measure.write_text(json.dumps(list(measured())), encoding="utf-8")
        return 0
    if not arguments.commit:
        parser.error("name a commit to compare with")
    command = f"python benchmarks/speed/slow_queries.py {arguments.commit}"
    text = page(compared(arguments.commit, arguments.turns), command)
    print(text)
    if arguments.write:
        arguments.write.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

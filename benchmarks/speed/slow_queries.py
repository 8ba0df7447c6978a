"""Time the slowest queries against an older commit, on real pools, and compare their picks.

The pools are those of `benchmarks/strategies.toml`: digits and breast-cancer, a trained
mmfn-vectors, with few, some and many labels. What a strategy reads of the model (probabilities,
dropout passes, committees) is part of its query, as in a run. The older commit is checked out into
a temporary git worktree and timed by this same file in turn, a process each::

    OMP_NUM_THREADS=1 python benchmarks/speed/slow_queries.py COMMIT --write docs/speed-queries.md
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from albench.api import PoolView

STRATEGIES = {
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
BUDGETS = {"low": (10, 10), "middle": (50, 25), "high": (150, 75)}
TARGET = 3.0


@dataclass(frozen=True)
class Round:
    """A pool after round 0 of a cell."""

    classifier: Any
    candidates: NDArray[np.intp]
    labels: NDArray[np.intp]
    labelled: NDArray[np.intp]
    query: int

    def view(self, needs: frozenset[str]) -> PoolView:
        """Return a view that has computed nothing yet."""
        from albench.learn.views import Round as Told
        from albench.learn.views import candidate_view

        chosen = np.zeros(len(self.labels), dtype=bool)
        chosen[self.labelled] = True
        self.classifier._prediction = None  # noqa: SLF001  # as after training
        by_key = dict(zip(map(tuple, self.candidates.tolist()), self.labels, strict=True))
        return candidate_view(
            self.classifier,
            needs,
            pool=self.candidates[~chosen],
            labelled=self.candidates[chosen],
            labels=self.labels[chosen],
            round=Told(
                tell_labels=lambda rows: np.array([by_key[tuple(row)] for row in rows.tolist()])
            ),
        )


def opened(cohort: str, budget: str) -> Round:
    """Return a trained round of a cohort."""
    from importlib import import_module

    from albench.learn.estimator import FusionClassifier
    from albench.learn.store import SampleStore, Scaling
    from albench.learn.training import Seeds
    from albench.models.mmfn import Mmfn
    from albench.spec.training import Training

    loader, views = COHORTS[cohort]
    module = import_module(f"albench.loaders.{loader.replace('-', '_')}")
    modalities = {view: module.load(view=view) for view in views}
    keys = next(iter(modalities.values()))
    owners = np.asarray(keys.subjects)
    names, y = np.unique([str(keys.labels[one]) for one in owners], return_inverse=True)
    rng = np.random.default_rng(0)
    rows = np.sort(rng.permutation(len(owners))[: round(0.7 * len(owners))])
    labels = y[rows]
    initial, query = BUDGETS[budget]
    labelled = np.sort(rng.permutation(len(rows))[:initial])
    parts, scalings = {}, {}
    for view, modality in modalities.items():
        values = np.asarray(modality.read(rows), dtype=np.float32)
        parts[view] = (np.arange(len(rows)), values)
        scalings[view] = Scaling.of(values)
    store = SampleStore(parts, scalings=scalings)
    classifier = FusionClassifier(
        Mmfn(hidden=32, width=32),
        {view: values.shape[1:] for view, (_, values) in parts.items()},
        len(names),
        store,
        training=Training(epochs=5, min_updates=60, batch_size=32, learning_rate=5e-3),
        seeds=Seeds(weights=1, batches=2, dropout=3),
        device="cpu",
    )
    candidates = np.tile(np.arange(len(rows))[:, None], (1, len(views)))
    classifier.fit(candidates[labelled], labels[labelled])
    return Round(classifier, candidates, labels, labelled, query)


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
                seconds, picks = [], []
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


if __name__ == "__main__":
    from pathlib import Path
    import sys, json

    rows = list(measured())
    Path(sys.argv[1]).write_text(json.dumps(rows))
    import pandas as pd

    print(
        pd.DataFrame(rows)
        .pivot_table(index="strategy", columns=["cohort", "budget"], values="ms")
        .round(0)
        .to_string()
    )

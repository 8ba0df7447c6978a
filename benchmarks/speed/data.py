# mypy: disable-error-code="import-not-found"
# The modules beside this one are found when this file is run.
"""How long a million embeddings take to open, and a round of strategies over all of them.

``python benchmarks/speed/data.py`` prints seconds, and the memory that is the process's own: pages
of the mapped file are the system's, and not counted. Linux alone tells that. ``--write FILE``
writes what was found to a page. Four fifths of the vectors are the training part, from which
entropy, badge and typiclust choose. Each is asked about ever more of it, twice as many each time,
as long as a query is expected to take no more than ``--seconds`` and what memory is free; the page
tells the last query, and what all would take.

The head `logistic` is then fitted beside scikit-learn's own LogisticRegression, to the same rows
with the same settings: at most 1.2 times its time, and the same probabilities to 1e-4.

With ``--cells N``, a batch of N cells learns from the vectors in one child instead, and the most
memory that this child had is printed, less the vectors: at most 1 GB is the target, of 50 cells on
200,000 x 512 float32::

    python benchmarks/speed/data.py --cells 50 --rows 200000 --length 512 --type float32
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import tomli_w
from data_page import Found, Measured, page
from logistic_heads import compare
from numpy.lib.format import open_memmap
from verdict import met_or_missed

from albench import session, spec
from albench.api import Kind
from albench.cohort.cache import FeatureCache
from albench.learn.estimator import FusionClassifier
from albench.learn.extraction import features
from albench.learn.learner import Learner
from albench.learn.mapped_rows import MappedRows
from albench.learn.store import SampleStore, Scaling
from albench.library import script_hidden
from albench.loaders.embeddings.loader import load
from albench.models.logistic import Logistic
from albench.records.results_folder import read_results
from albench.references import ALL_LABELS
from albench.registry import discover
from albench.spec.slices import Slice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from albench.api import Modality
    from albench.registry import Component

N_ROWS, LENGTH, N_AT_ONCE = 1_000_000, 768, 10_000
TYPES = ("float16", "float32")
N_CLASSES, N_LABELLED, N_BOUGHT = 10, 500, 100
N_FITTED, N_ASKED = 20_000, 10_000
"""Rows that both heads are fitted to, and asked about."""

STRATEGIES = ("entropy", "badge", "typiclust")
SECONDS = 60.0
"""What a query may take by default."""

N_STEPS = 6
"""How often a pool is halved for the first query."""

TEST_EACH = 5
"""Every fifth row is a test sample."""

BATCH_TARGET = 1e9
"""Bytes of memory of a batch's child, beside the vectors."""

BATCH_MODEL = {
    "plugin": "mmfn",
    "options": {"hidden": 32, "width": 32},
    "training": {"epochs": 5, "min_updates": 60, "learning_rate": 5e-3},
}

CHEAP = ("random", "margin", "entropy", "least-confident", "esd", "k-center", "badge")
"""Of a batch, which also has as many of power-entropy, with other powers, as are left."""


def write(folder: Path, n_rows: int, length: int, dtype: str) -> tuple[Path, Path]:
    """Return a file of vectors and the table of their labels, both just written."""
    vectors, table = folder / "vectors.npy", folder / "labels.parquet"
    out = open_memmap(vectors, mode="w+", dtype=np.dtype(dtype), shape=(n_rows, length))
    rng = np.random.default_rng(0)
    for start in range(0, n_rows, N_AT_ONCE):
        size = min(N_AT_ONCE, n_rows - start)
        out[start : start + size] = rng.standard_normal((size, length), dtype=np.float32)
    out.flush()
    pq.write_table(pa.table({"label": np.arange(n_rows) % N_CLASSES}), table)
    return vectors, table


def own_memory() -> int:
    """Return the bytes of memory that no file stands behind."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    (kilobytes,) = (line.split()[1] for line in lines if line.startswith("RssAnon"))
    return int(kilobytes) * 1024


@contextmanager
def measured(what: str) -> Iterator[Measured]:
    """Print the seconds of the block, and by how much memory it grew at most; keep them too."""
    before, highest, is_over = own_memory(), 0, threading.Event()

    def watch() -> None:
        nonlocal highest
        while not is_over.wait(0.02):
            highest = max(highest, own_memory())

    watcher = threading.Thread(target=watch)
    watcher.start()
    one = Measured(what)
    began, worked = time.perf_counter(), time.process_time()
    try:
        yield one
    finally:
        one.seconds, one.processor_seconds = (
            time.perf_counter() - began,
            time.process_time() - worked,
        )
        is_over.set()
        watcher.join()
        one.mebibytes = max(highest - before, 0) / 2**20
        print(
            f"{what}: {one.seconds:.1f} s, {one.processor_seconds:.1f} s of them at work, "
            f"{one.mebibytes:,.0f} MiB more",
            flush=True,
        )


def store_of(modality: Modality, folder: Path) -> SampleStore:
    """Return the training part as a cell has it."""
    values = features(modality, None, FeatureCache(folder))
    rows = np.flatnonzero(np.arange(len(modality)) % TEST_EACH > 0)
    part = MappedRows(values, rows)
    return SampleStore({"v": (rows, part)}, scalings={"v": Scaling.of(part)})


def choose(
    vectors: Path, table: Path, strategies: dict[str, Component], limit: float, found: Found
) -> None:
    """Open the vectors, let strategies choose among all of them, and fit both heads."""
    with measured("open") as opening:
        modality = load(path=vectors, table=table)
    with measured("map, verify and standardise") as mapping:
        store = store_of(modality, vectors.parent / "cache")
    pool = store.rows("v")[:, None]
    labels = pool[:, 0] % N_CLASSES
    shapes = {"v": modality.shape}
    classifier = FusionClassifier(Logistic(), shapes, N_CLASSES, store, device="cpu")
    learner = Learner(classifier)
    with measured(f"fit logistic to {N_LABELLED}") as fitting:
        learner.fit(pool[:N_LABELLED], labels[:N_LABELLED])
    found.steps += [opening, mapping, fitting]
    for name, component in strategies.items():
        learner.strategy = component.load()()
        found.steps.append(grown(learner, pool[N_LABELLED:], name, limit))
    n_fitted = min(N_FITTED, len(pool) // 2)
    asked = pool[n_fitted : n_fitted + N_ASKED]
    found.heads = compare(classifier, store, pool[:n_fitted], labels[:n_fitted], asked)
    print(found.heads, flush=True)


def grown(learner: Learner, pool: NDArray[np.intp], name: str, limit: float) -> Measured:
    """Return the query of the largest part of a pool that takes no more than there is."""
    sizes = [len(pool) >> k for k in range(N_STEPS, -1, -1) if len(pool) >> k > 5 * N_BOUGHT]
    done: list[tuple[int, Measured]] = []
    for size in sizes:
        if len(done) > 1 and (too_much := _too_much(done, size, limit)):
            minutes = _expected(done, len(pool)) / 60
            done[-1][1].note = f"{too_much}; all {len(pool):,} would take {minutes:,.1f} min"
            return done[-1][1]
        learner.estimator.forget_predictions()
        with measured(f"{name} chooses {N_BOUGHT} of {size:,}") as one:
            rng = np.random.default_rng(0)
            learner.query(pool[:size], n_instances=N_BOUGHT, rng=rng)
        done.append((size, one))
    return done[-1][1]


def _too_much(done: list[tuple[int, Measured]], size: int, limit: float) -> str:
    """Return why a query of a larger pool is not asked; empty if it may be."""
    n, last = done[-1]
    if _expected(done, size) > limit:
        return f"a query of {size:,} was expected to take more than {limit:g} s"
    if last.mebibytes * size / n > free_memory() / 2**20:
        return f"a query of {size:,} was expected to need more memory than is free"
    return ""


def _expected(done: list[tuple[int, Measured]], size: int) -> float:
    """Return the seconds of a larger pool, by how the last two grew, at least in proportion."""
    (n_before, before), (n, last) = done[-2:]
    power = np.log(max(last.seconds, 1e-3) / max(before.seconds, 1e-3)) / np.log(n / n_before)
    return float(last.seconds * (size / n) ** min(max(power, 1.0), 2.2))


def free_memory() -> int:
    """Return the bytes of memory that the system has for this process."""
    lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    (kilobytes,) = (line.split()[1] for line in lines if line.startswith("MemAvailable"))
    return int(kilobytes) * 1024


def learn_in_a_batch(vectors: Path, table: Path, n_cells: int) -> None:
    """Let cells learn in lockstep from the vectors, and tell the memory of their child."""
    parsed = spec.parse(batch_specification(vectors, table, n_cells), "batch.toml", vectors.parent)
    without_reference = Slice(excluded={"strategy": [ALL_LABELS]})
    opened = session.open_specification(parsed, without_reference)
    began = time.perf_counter()
    with script_hidden():  # children need nothing of what is imported here
        session.run(opened, vectors.parent / "run", 1, sys.argv, lambda *_: None, lambda _: None)
    seconds = time.perf_counter() - began
    cells = read_results(vectors.parent / "run").cells
    failed = [cell.reason for cell in cells if cell.status != "ok"]
    if failed:
        sys.exit(f"{len(failed)} cells failed: {failed[0]}")
    peak = max(cell.peak_mb for cell in cells) * 2**20
    beside = peak - vectors.stat().st_size
    print(
        f"{len(cells)} cells: {seconds:.1f} s, {peak / 2**20:,.0f} MiB at most, "
        f"{beside / 2**20:,.0f} MiB beside the vectors: target of {BATCH_TARGET / 2**20:,.0f} MiB "
        f"{met_or_missed(is_met=beside <= BATCH_TARGET)}"
    )


def batch_specification(vectors: Path, table: Path, n_cells: int) -> str:
    """Return the specification of cells of one repetition, which share a child."""
    names = CHEAP[:n_cells]
    powers = {
        f"power-{power}": {"plugin": "power-entropy", "options": {"beta": float(power)}}
        for power in range(1, n_cells - len(names) + 1)
    }
    embeddings = {"path": str(vectors), "table": str(table)}
    return tomli_w.dumps(
        {
            "name": "batch",
            "repetitions": 1,
            "cohorts": {
                "c": {"modalities": {"v": {"loader": "embeddings", "options": embeddings}}}
            },
            "models": {"m": BATCH_MODEL},
            "budgets": {"b": {"initial": N_BOUGHT, "query": N_BOUGHT, "stop": 2 * N_BOUGHT}},
            "strategies": powers,
            "matrix": [
                {
                    "cohorts": ["c"],
                    "models": ["m"],
                    "budgets": ["b"],
                    "strategies": [*names, *powers],
                }
            ],
        }
    )


def main(arguments: list[str] | None = None) -> int:
    """Measure one or the other; return 0 if every target of heads is met."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=N_ROWS)
    parser.add_argument("--length", type=int, default=LENGTH)
    parser.add_argument("--type", choices=TYPES, default=TYPES[0])
    parser.add_argument("--strategies", nargs="+", default=list(STRATEGIES))
    parser.add_argument("--seconds", type=float, default=SECONDS, help="that a query may take")
    parser.add_argument("--cells", type=int, help="of a batch whose child is measured instead")
    parser.add_argument("--write", type=Path, help="a page to write")
    given = parser.parse_args(arguments)
    chosen = {name: discover().find(Kind.STRATEGY, name) for name in given.strategies}
    with tempfile.TemporaryDirectory() as folder:
        vectors, table = write(Path(folder), given.rows, given.length, given.type)
        size = vectors.stat().st_size / 2**20
        shape = f"{given.rows:,} x {given.length} {given.type}, {size:,.0f} MiB"
        found = Found(f"{shape}, in the system's cache")
        print(found.data, flush=True)
        if given.cells is not None:
            learn_in_a_batch(vectors, table, given.cells)
            return 0
        choose(vectors, table, chosen, given.seconds, found)
    if given.write:
        command = ["python benchmarks/speed/data.py", *(arguments or sys.argv[1:])]
        given.write.write_text(page(found, command), encoding="utf-8")
    return 0 if found.heads is None or found.heads.is_met else 1


if __name__ == "__main__":
    sys.exit(main())

"""How long a million embeddings take to open, and a round of entropy over all of them.

``python benchmarks/speed/data.py`` prints seconds, and the memory that is the process's own: pages
of the mapped file are the system's, and not counted. Linux alone tells that.

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
from numpy.lib.format import open_memmap

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

    from albench.api import Modality
    from albench.registry import Component

N_ROWS, LENGTH, N_AT_ONCE = 1_000_000, 768, 10_000
TYPES = ("float16", "float32")
N_CLASSES, N_LABELLED, N_BOUGHT = 10, 500, 100
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
def measured(what: str) -> Iterator[None]:
    """Print the seconds of the block, and by how much memory it grew at most."""
    before, highest, is_over = own_memory(), 0, threading.Event()

    def watch() -> None:
        nonlocal highest
        while not is_over.wait(0.02):
            highest = max(highest, own_memory())

    watcher = threading.Thread(target=watch)
    watcher.start()
    began, worked = time.perf_counter(), time.process_time()
    try:
        yield
    finally:
        seconds, worked = time.perf_counter() - began, time.process_time() - worked
        is_over.set()
        watcher.join()
        grown = max(highest - before, 0) / 2**20
        print(
            f"{what}: {seconds:.1f} s, {worked:.1f} s of them at work, {grown:,.0f} MiB more",
            flush=True,
        )


def store_of(modality: Modality, folder: Path) -> SampleStore:
    """Return the training part as a cell has it."""
    values = features(modality, None, FeatureCache(folder))
    rows = np.flatnonzero(np.arange(len(modality)) % TEST_EACH > 0)
    part = MappedRows(values, rows)
    return SampleStore({"v": (rows, part)}, scalings={"v": Scaling.of(part)})


def choose(vectors: Path, table: Path, strategies: dict[str, Component]) -> None:
    """Open the vectors, and let strategies choose among all of them."""
    with measured("open"):
        modality = load(path=vectors, table=table)
    with measured("map, verify and standardise"):
        store = store_of(modality, vectors.parent / "cache")
    pool = store.rows("v")[:, None]
    shapes = {"v": modality.shape}
    classifier = FusionClassifier(Logistic(), shapes, N_CLASSES, store, device="cpu")
    learner = Learner(classifier)
    with measured(f"fit logistic to {N_LABELLED}"):
        labels = pool[:N_LABELLED, 0] % N_CLASSES
        learner.fit(pool[:N_LABELLED], labels)
    for name, component in strategies.items():
        learner.strategy = component.load()()
        with measured(f"{name} chooses {N_BOUGHT} of {len(pool) - N_LABELLED:,}"):
            rng = np.random.default_rng(0)
            learner.query(pool[N_LABELLED:], n_instances=N_BOUGHT, rng=rng)


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
        f"{'met' if beside <= BATCH_TARGET else 'missed'}"
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


def main() -> None:
    """Measure one or the other."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=N_ROWS)
    parser.add_argument("--length", type=int, default=LENGTH)
    parser.add_argument("--type", choices=TYPES, default=TYPES[0])
    parser.add_argument("--strategies", nargs="+", default=["entropy"])
    parser.add_argument("--cells", type=int, help="of a batch whose child is measured instead")
    given = parser.parse_args()
    chosen = {name: discover().find(Kind.STRATEGY, name) for name in given.strategies}
    with tempfile.TemporaryDirectory() as folder:
        vectors, table = write(Path(folder), given.rows, given.length, given.type)
        size = vectors.stat().st_size / 2**20
        print(
            f"{given.rows:,} x {given.length} {given.type}, {size:,.0f} MiB, in the system's cache",
            flush=True,
        )
        if given.cells is None:
            choose(vectors, table, chosen)
        else:
            learn_in_a_batch(vectors, table, given.cells)


if __name__ == "__main__":
    main()

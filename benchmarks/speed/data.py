"""How long a million embeddings take to open, and a round of entropy over all of them.

``python benchmarks/speed/data.py`` prints seconds, and the memory that is the process's own: pages
of the mapped file are the system's, and not counted. Linux alone tells that.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.lib.format import open_memmap

from albench.api import Kind
from albench.cohort.cache import FeatureCache
from albench.learn.estimator import FusionClassifier
from albench.learn.extraction import features
from albench.learn.learner import Learner
from albench.learn.mapped_rows import MappedRows
from albench.learn.store import SampleStore, Scaling
from albench.loaders.embeddings.loader import load
from albench.models.logistic import Logistic
from albench.registry import discover

if TYPE_CHECKING:
    from collections.abc import Iterator

    from albench.api import Modality

N_ROWS, LENGTH, N_AT_ONCE = 1_000_000, 768, 10_000
N_CLASSES, N_LABELLED, N_BOUGHT = 10, 500, 100
TEST_EACH = 5
"""Every fifth row is a test sample."""


def write(folder: Path, n_rows: int) -> tuple[Path, Path]:
    """Return a file of float16 vectors and the table of their labels, both just written."""
    vectors, table = folder / "vectors.npy", folder / "labels.parquet"
    out = open_memmap(vectors, mode="w+", dtype=np.float16, shape=(n_rows, LENGTH))
    rng = np.random.default_rng(0)
    for start in range(0, n_rows, N_AT_ONCE):
        size = min(N_AT_ONCE, n_rows - start)
        drawn = rng.standard_normal((size, LENGTH), dtype=np.float32)
        out[start : start + size] = drawn.astype(np.float16)
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


def main() -> None:
    """Open the vectors, and let a strategy choose among all of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=N_ROWS)
    parser.add_argument("--strategies", nargs="+", default=["entropy"])
    given = parser.parse_args()
    chosen = {name: discover().find(Kind.STRATEGY, name) for name in given.strategies}
    with tempfile.TemporaryDirectory() as folder:
        vectors, table = write(Path(folder), given.rows)
        size = vectors.stat().st_size / 2**20
        print(f"{given.rows:,} x {LENGTH} float16, {size:,.0f} MiB, in the system's cache")
        with measured("open"):
            modality = load(path=vectors, table=table)
        with measured("map, verify and standardise"):
            store = store_of(modality, Path(folder) / "cache")
        pool = store.rows("v")[:, None]
        classifier = FusionClassifier(Logistic(), {"v": (LENGTH,)}, N_CLASSES, store, device="cpu")
        learner = Learner(classifier)
        with measured(f"fit logistic to {N_LABELLED}"):
            labels = pool[:N_LABELLED, 0] % N_CLASSES
            learner.fit(pool[:N_LABELLED], labels)
        for name, component in chosen.items():
            learner.strategy = component.load()()
            with measured(f"{name} chooses {N_BOUGHT} of {len(pool) - N_LABELLED:,}"):
                rng = np.random.default_rng(0)
                learner.query(pool[N_LABELLED:], n_instances=N_BOUGHT, rng=rng)


if __name__ == "__main__":
    main()

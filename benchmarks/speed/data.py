"""How long a million embeddings take to open: ``python benchmarks/speed/data.py``."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.lib.format import open_memmap

from albench.loaders.embeddings.loader import load

N_ROWS, LENGTH, N_AT_ONCE = 1_000_000, 768, 10_000


def write(folder: Path) -> tuple[Path, Path]:
    """Return a file of float16 vectors and the table of their labels, both just written."""
    vectors, table = folder / "vectors.npy", folder / "labels.parquet"
    out = open_memmap(vectors, mode="w+", dtype=np.float16, shape=(N_ROWS, LENGTH))
    rng = np.random.default_rng(0)
    for start in range(0, N_ROWS, N_AT_ONCE):
        drawn = rng.standard_normal((N_AT_ONCE, LENGTH), dtype=np.float32)
        out[start : start + N_AT_ONCE] = drawn.astype(np.float16)
    out.flush()
    pq.write_table(pa.table({"label": np.arange(N_ROWS) % 10}), table)
    return vectors, table


def main() -> None:
    """Print the seconds that opening takes, files being in the system's cache."""
    with tempfile.TemporaryDirectory() as folder:
        vectors, table = write(Path(folder))
        began = time.perf_counter()
        modality = load(path=vectors, table=table)
        seconds = time.perf_counter() - began
    print(f"{len(modality):,} x {LENGTH} float16 opened in {seconds:.1f} s")


if __name__ == "__main__":
    main()

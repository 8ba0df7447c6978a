"""What 50 cells in one child need of memory: ``python lockstep_memory.py [CANDIDATES FEATURES]``.

Strategies are `power-entropy` with so many exponents, in one repetition on random vectors.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import numpy as np

from albench import session
from albench.records.results_folder import read_results

N_CELLS = 50
SPEC = """
name = "memory"
repetitions = 1
[cohorts.random]
test = 0.3
[cohorts.random.modalities]
vectors = {{ loader = "embeddings", options = {{ path = "vectors.npy", table = "labels.csv" }} }}
[models.m]
plugin = "mmfn"
options = {{ width = 32, hidden = 32 }}
training = {{ epochs = 1, min_updates = 10 }}
[budgets.b]
initial = 40
query = 20
stop = 60
{strategies}
[[matrix]]
cohorts = ["random"]
models = ["m"]
strategies = {names}
budgets = ["b"]
"""
ENTRY = '[strategies.p{0}]\nplugin = "power-entropy"\noptions = {{ beta = {1} }}'


def main(n: int = 200_000, n_features: int = 512) -> int:
    """Print the peak of the child beside the size of the vectors."""
    numbers = range(N_CELLS - 1)  # random is always there
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["ALBENCH_CACHE"] = str(folder / "cache")
        np.save(folder / "vectors.npy", rng.normal(size=(n, n_features)).astype(np.float32))
        labels = "\n".join(map(str, rng.integers(0, 4, n)))
        (folder / "labels.csv").write_text(f"label\n{labels}\n", encoding="utf-8")
        entries = "\n".join(ENTRY.format(number, 1 + number / 100) for number in numbers)
        spec = folder / "memory.toml"
        names = [f"p{number}" for number in numbers]
        spec.write_text(SPEC.format(strategies=entries, names=names), encoding="utf-8")
        opened = session.open_spec(str(spec))
        results = folder / "results"
        session.run(opened, results, 1, sys.argv, lambda *_: None, lambda _: None)
        logs = [path.name for path in (results / "work" / "logs").glob("batch-*")]
        cells = [cell for cell in read_results(results).cells if len(cell.rounds) > 1]
        peak = max(cell.peak_mb for cell in cells)
        inputs = 4 * n * n_features / 2**20
        print(
            f"{len(cells)} cells in {len(logs)} child, {n:,} x {n_features}: "
            f"peak {peak:,.0f} MiB, inputs {inputs:,.0f} MiB, beyond them {peak - inputs:,.0f} MiB"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))

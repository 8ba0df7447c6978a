"""Compare Šidák's critical value with that of a bootstrap of the largest t statistic.

The bootstrap (Westfall and Young 1993) draws normal differences with the correlation of those in
committed results, after Ledoit and Wolf, since there are far fewer repetitions than differences::

    python benchmarks/statistics/largest_t.py results/strategies results/quickstart
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.covariance import ledoit_wolf

from albench.analysis import curves, efficiency
from albench.analysis.comparison import side_by_side
from albench.analysis.curves import BLOCK, CONFIDENCE
from albench.analysis.simultaneous import widening
from albench.references import BASELINE
from albench.reporting.load import load

if TYPE_CHECKING:
    from numpy.typing import NDArray

N_DRAWS, AT_ONCE = 4000, 200


def differences(results: Path) -> NDArray[np.float64]:
    """Return all differences to random in accuracy, ``(n_repetitions, n_comparisons)``."""
    records = load(results)
    areas = efficiency.cell_efficiency(curves.joined(records.cells, records.scores), "accuracy")
    tables = [
        side_by_side(block, ["repetition"], "area") for _, block in areas.groupby(BLOCK, sort=True)
    ]
    gaps = [table.drop(columns=BASELINE).sub(table[BASELINE], axis=0) for table in tables]
    return pd.concat(gaps, axis=1).dropna(axis=1).to_numpy(dtype=float)


def bootstrapped(gaps: NDArray[np.float64], rng: np.random.Generator) -> float:
    """Return the 95 % quantile of the largest of all t statistics."""
    n, n_comparisons = gaps.shape
    covariance, _ = ledoit_wolf((gaps - gaps.mean(axis=0)) / gaps.std(axis=0, ddof=1))
    scale = np.sqrt(np.diag(covariance))
    root = np.linalg.cholesky(covariance / np.outer(scale, scale))
    largest = []
    for _ in range(N_DRAWS // AT_ONCE):
        drawn = rng.standard_normal((AT_ONCE, n, n_comparisons)) @ root.T
        t = np.sqrt(n) * drawn.mean(axis=1) / drawn.std(axis=1, ddof=1)
        largest.append(np.abs(t).max(axis=1))
    return float(np.quantile(np.concatenate(largest), CONFIDENCE))


def main() -> None:
    """Print both for each folder."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("results", nargs="+", type=Path, help="folders such as results/strategies")
    for folder in parser.parse_args().results:
        gaps = differences(folder)
        n, n_comparisons = gaps.shape
        usual = stats.t.ppf((1 + CONFIDENCE) / 2, n - 1)
        sidak = float(usual * widening(np.array([float(n)]), n_comparisons)[0])
        drawn = bootstrapped(gaps, np.random.default_rng(0))
        print(
            f"{folder.name}: {n_comparisons} comparisons, {n} repetitions: Šidák {sidak:.2f}, "
            f"bootstrap {drawn:.2f} standard errors"
        )


if __name__ == "__main__":
    main()

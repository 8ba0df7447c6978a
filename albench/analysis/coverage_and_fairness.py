"""Which planned cells there are, and whether the cells of a repetition start alike.

Arguments are those of `albench.analysis`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from albench.analysis.curves import BLOCK, places
from albench.references import ALL_LABELS

HASHES = ["split_hash", "first_labels_hash", "weights_hash", "batches_hash"]


def coverage(cells: pd.DataFrame) -> pd.DataFrame:
    """Count the cells of each block and strategy by status.

    There is one row per block and strategy: the number planned, then one column per status.
    """
    counts = pd.crosstab([cells[key] for key in [*BLOCK, "strategy"]], cells["status"])
    counts.insert(0, "planned", counts.sum(axis=1))
    if "ok" not in counts:
        counts.insert(1, "ok", 0)
    return counts.reset_index().rename_axis(columns=None)


def fairness(cells: pd.DataFrame) -> pd.DataFrame:
    """Return whether all strategies of a repetition shared split, first labels, weights, batches.

    There is one row per block and repetition: the hashes, where all strategies agree on one, else
    the number of different ones; and `equal`. Cells that failed before they had a part are not
    counted, nor is the reference, which is trained on all labels.
    """
    started = cells[(cells["strategy"] != ALL_LABELS) & (cells["split_hash"] != "")]
    rows = []
    for key, part in started.groupby([*BLOCK, "repetition"], sort=True):
        entry = dict(zip([*BLOCK, "repetition"], key, strict=True))
        n_different = {name: part[name].nunique() for name in HASHES}
        hashes = {
            name: str(part[name].iloc[0]) if n == 1 else f"{n} different"
            for name, n in n_different.items()
        }
        is_equal = max(n_different.values()) == 1
        rows.append(entry | {"strategies": len(part)} | hashes | {"equal": is_equal})
    return pd.DataFrame(rows, columns=[*BLOCK, "repetition", "strategies", *HASHES, "equal"])


def identical(rounds: pd.DataFrame, metric: str) -> list[list[str]]:
    """Return the strategies of a block that gave the same curve in every repetition.

    They come in groups of two or more; with two classes, for instance, margin and entropy rank
    alike. The rounds are of one block.
    """
    keys = ["repetition", "round", "n_labelled", metric]
    by_curve: dict[bytes, list[str]] = {}
    in_order = rounds.sort_values(keys[:2], kind="stable")
    values = in_order[keys].to_numpy(dtype=np.float64) + 0.0  # -0 is 0
    for strategy, rows in places(in_order, "strategy").items():
        curve = values[rows].tobytes()
        by_curve.setdefault(curve, []).append(str(strategy))
    return [names for names in by_curve.values() if len(names) > 1]

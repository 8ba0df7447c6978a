"""What a comparison stands on: which cells there are, and what cells of a repetition share."""

from __future__ import annotations

import pandas as pd

from albench.analysis.curves import BLOCK, REFERENCE

HASHES = ["split_hash", "first_labels_hash", "weights_hash", "batches_hash"]


def coverage(cells: pd.DataFrame) -> pd.DataFrame:
    """Return how many cells of each block and strategy ended how.

    Parameters
    ----------
    cells : DataFrame
        One row a planned cell.

    Returns
    -------
    DataFrame
        One row a block and strategy: planned, then a column a status that occurs.
    """
    counts = pd.crosstab([cells[key] for key in [*BLOCK, "strategy"]], cells["status"])
    counts.insert(0, "planned", counts.sum(axis=1))
    if "ok" not in counts:
        counts.insert(1, "ok", 0)
    return counts.reset_index().rename_axis(columns=None)


def fairness(cells: pd.DataFrame) -> pd.DataFrame:
    """Return whether all strategies of a repetition shared split, first labels, weights, batches.

    Parameters
    ----------
    cells : DataFrame
        One row a planned cell.

    Returns
    -------
    DataFrame
        One row a block and repetition: the hashes, where all strategies agree on one, else the
        number of different ones; and `equal`. Cells that failed before they had a part are not
        counted, nor is the reference, which is trained on all labels.
    """
    known = cells[(cells["strategy"] != REFERENCE) & (cells["split_hash"] != "")]
    rows = []
    for key, part in known.groupby([*BLOCK, "repetition"], sort=True):
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

    Parameters
    ----------
    rounds : DataFrame
        What `curves.joined` gave, of one block.
    metric : str
        A column of it.

    Returns
    -------
    list of list of str
        Only groups of two or more; with two classes, for instance, margin and entropy rank alike.
    """
    keys = ["repetition", "round", "n_labelled", metric]
    found: dict[str, list[str]] = {}
    for strategy, part in rounds.groupby("strategy", sort=True):
        curve = part[keys].sort_values(keys[:2]).to_csv(index=False)
        found.setdefault(curve, []).append(str(strategy))
    return [names for names in found.values() if len(names) > 1]

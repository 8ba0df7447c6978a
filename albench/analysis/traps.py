"""Whether strategies fall into traps: cohorts on which the best behaviour is known.

Arguments are those of `albench.analysis`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np

from albench.analysis.comparison import against_random
from albench.analysis.curves import BLOCK
from albench.analysis.efficiency import cell_efficiency
from albench.analysis.significance import ALPHA, FEWEST_PAIRS
from albench.references import ALL_LABELS, BASELINE

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from albench.spec.traps import Trap

CELL = ["cell", *BLOCK, "strategy", "repetition"]


class Fate(StrEnum):
    """The outcome of a strategy at a trap."""

    FELL = "fell"
    DID_NOT = "did not"
    OPEN = "not decided"


def fates(rounds: pd.DataFrame, marks: pd.DataFrame, trap: Trap) -> pd.DataFrame:
    """Return the outcome of each strategy at a trap of one cohort.

    `marks` has one row per cell, round and mark, with n_picked. The outcome has one row per block
    and strategy: `value` and `value_random`, the means of the repetitions that count; what
    `comparison.against_random` returns for their difference, corrected over these rows; and `fate`.
    Fell: the difference is separable from none, is in the trap's direction, and is the tolerance at
    least. Did not: the 95 % interval, not corrected, rules a difference of the tolerance out. Under
    six pairs nothing is decided.
    """
    values = cell_values(rounds, marks, trap)
    table = against_random(values, "value")
    means = values.groupby([*BLOCK, "strategy"])["value"].mean()
    blocks = [tuple(row) for row in table[BLOCK].itertuples(index=False)]
    own = [
        means.get((*key, name), np.nan) for key, name in zip(blocks, table["strategy"], strict=True)
    ]
    return table.assign(
        value=own,
        value_random=[means.get((*key, BASELINE), np.nan) for key in blocks],
        fate=[str(_fate(row, trap)) for row in table.to_dict("records")],
    )


def _fate(row: Mapping[Any, Any], trap: Trap) -> Fate:  # a row of a comparison
    if row["n_pairs"] < FEWEST_PAIRS:
        return Fate.OPEN
    depth = trap.sign * row["difference"]
    deepest = row["high"] if trap.sign > 0 else -row["low"]
    if deepest < trap.tolerance:
        return Fate.DID_NOT
    is_certain = row["p_holm"] < ALPHA and depth >= trap.tolerance
    return Fate.FELL if is_certain else Fate.OPEN


def cell_values(rounds: pd.DataFrame, marks: pd.DataFrame, trap: Trap) -> pd.DataFrame:
    """Return the value by which each cell of a trap is judged; arguments as of `fates`.

    There is one row per cell that bought anything, with `value`, 0 to 1: the marked share of what
    was bought, first labels apart, or whether any was; the mean of the metric over the labels
    bought; or the subjects labelled at the end, as a share of the labels.
    """
    chosen = (rounds["cohort"] == trap.cohort) & (rounds["strategy"] != ALL_LABELS)
    of_trap = rounds[chosen].sort_values("round")
    if trap.metric is not None:
        return cell_efficiency(of_trap, trap.metric).rename(columns={"area": "value"})
    ends = of_trap.groupby(CELL, sort=True).agg(
        first=("n_labelled", "first"),
        last=("n_labelled", "last"),
        n_subjects=("n_labelled_subjects", "last"),
    )
    ends = ends[ends["last"] > ends["first"]].reset_index()
    if trap.mark is None:
        return ends.assign(value=ends["n_subjects"] / ends["last"])
    return _marked_shares(ends, marks[marks["mark"] == trap.mark], trap)


def _marked_shares(ends: pd.DataFrame, marked: pd.DataFrame, trap: Trap) -> pd.DataFrame:
    is_first = marked["round"] == 0
    first = marked[is_first].set_index("cell")["n_picked"]
    bought = marked[~is_first].groupby("cell")["n_picked"].sum()
    ends = ends[ends["cell"].isin(bought.index)]
    if trap.fall == "misses":  # the trap only exists if the first labels lack the mark
        ends = ends[ends["cell"].isin(first.index[first == 0])]
    n_marked = bought.reindex(ends["cell"]).to_numpy(dtype=float)
    if trap.fall == "misses":
        return ends.assign(value=(n_marked > 0).astype(float))
    return ends.assign(value=n_marked / (ends["last"] - ends["first"]))

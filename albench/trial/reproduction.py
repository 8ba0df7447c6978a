"""Whether this machine makes the published numbers again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from albench.analysis.curves import BLOCK
from albench.metrics.catalogue import METRICS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

PLACE = [*BLOCK, "repetition"]
SHARED = {
    "split_hash": "the split into training and test part",
    "first_labels_hash": "the first labels",
}
"""What strategies of a repetition share; with another split, nothing can be paired."""
TOLERANCE = 1e-4
"""Scores that differ by more are not last digits."""


@dataclass(frozen=True)
class Reproduction:
    """How cells that were run again compare with what is published of them.

    Parameters
    ----------
    n_cells : int
        Cells of random that were run again.
    difference : str
        The first difference, as a clause; empty if there is none.
    """

    n_cells: int
    difference: str

    @property
    def holds(self) -> bool:
        """Whether all of them are equal."""
        return self.n_cells > 0 and not self.difference


def reproduction(
    published: tuple[pd.DataFrame, pd.DataFrame], again: tuple[pd.DataFrame, pd.DataFrame]
) -> Reproduction:
    """Return whether cells of one strategy came out as published.

    Parameters
    ----------
    published : (DataFrame, DataFrame)
        Its cells and their scores.
    again : (DataFrame, DataFrame)
        The same of some of them, run here.

    Returns
    -------
    Reproduction
        Equal are cells that share split and first labels with the published ones, with the same
        rounds, and with scores within `TOLERANCE`.
    """
    columns = [*PLACE, "cell", *SHARED]
    pairs = published[0][columns].merge(again[0][columns], on=PLACE, suffixes=("_then", "_now"))
    metrics = [m.name for m in METRICS if m.name in published[1] and m.name in again[1]]
    for row in pairs.to_dict("records"):
        where = " · ".join(str(row[key]) for key in BLOCK) + f" · repetition {row['repetition']}"
        for key, what in SHARED.items():
            if row[f"{key}_then"] != row[f"{key}_now"]:
                return Reproduction(len(pairs), f"{what} of {where} differ")
        curves = [
            scores[scores["cell"] == row[f"cell_{side}"]].sort_values("round")
            for scores, side in ((published[1], "then"), (again[1], "now"))
        ]
        if difference := _difference(curves[0], curves[1], metrics):
            return Reproduction(len(pairs), f"{difference} of {where}")
    return Reproduction(len(pairs), "")


def _difference(then: pd.DataFrame, now: pd.DataFrame, metrics: Sequence[str]) -> str:
    if then["n_labelled"].tolist() != now["n_labelled"].tolist():
        return "other numbers of labels"
    for name in metrics:
        before, after = then[name].to_numpy(dtype=float), now[name].to_numpy(dtype=float)
        is_far = ~np.isclose(before, after, rtol=0.0, atol=TOLERANCE, equal_nan=True)
        if is_far.any():
            i = int(is_far.argmax())
            return f"{name} {after[i]:.4f} in place of {before[i]:.4f} in round {i}"
    return ""

"""Whether a strategy's advantage over random survives another model that learns its picks.

Arguments are those of `albench.analysis`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from albench.analysis.comparison import by_block, over_blocks
from albench.analysis.curves import BLOCK
from albench.analysis.score_cube import cube
from albench.analysis.verdicts import Verdict
from albench.references import BASELINE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    import pandas as pd

KEPT = {"difference": "", "all_low": " low", "all_high": " high", "verdict": " verdict"}
"""The columns of a comparison that are kept, with what follows the name of the side."""


def transfer(
    efficiency: pd.DataFrame,
    areas: Mapping[str, float],
    outside: Collection[str],
    margins: Mapping[str, float],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return strategies' differences to random with either model.

    `efficiency` has one row per replayed cell, and `areas` by replayed cell the area of the cell
    whose picks it replays. The first table has one row per strategy, averaged over blocks; the
    second one per block and strategy. *there* is with the model that picked, *here* with the one
    that learnt its picks, *change* the second minus the first: each with the interval that holds
    for all rows and the verdict in its family. All are paired by repetition, and of repetitions
    that both models have.
    """
    replayed = efficiency[efficiency["cell"].isin(areas.keys())]
    there = replayed["cell"].map(areas)
    sides = {"there": there, "here": replayed["area"], "change": replayed["area"] - there}
    tables = {name: replayed.assign(area=values) for name, values in sides.items()}
    return (
        _side_by_side(over_blocks, tables, ["n_blocks"], outside, margins),
        _side_by_side(by_block, tables, BLOCK, outside, margins),
    )


def survival(row: Mapping[Any, Any]) -> str:  # a row of `transfer`
    """Return whether an advantage survives: yes, no, undecided, or that there was none."""
    if row["there verdict"] != Verdict.BETTER:
        return "no advantage found"
    if row["here verdict"] == Verdict.BETTER:
        return "yes"
    return "no" if row["here verdict"] in (Verdict.EQUAL, Verdict.WORSE) else "undecided"


def _side_by_side(
    compare: Callable[..., pd.DataFrame],
    tables: Mapping[str, pd.DataFrame],
    keys: list[str],
    outside: Collection[str],
    margins: Mapping[str, float],
) -> pd.DataFrame:
    joined: pd.DataFrame | None = None
    for side, table in tables.items():
        scores = cube(table, "area")
        pairs = [(name, BASELINE) for name in scores.strategies if name != BASELINE]
        compared = compare(scores, pairs, outside, margins)
        names = {column: f"{side}{end}" for column, end in KEPT.items()}
        own = compared[[*keys, "strategy", *KEPT]].rename(columns=names)
        joined = own if joined is None else joined.merge(own, on=[*keys, "strategy"])
    if joined is None:
        raise ValueError("there is no side to compare")
    return joined

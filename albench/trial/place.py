"""The place of a strategy among published ones, by mean rank over the same blocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from albench.analysis.curves import BLOCK, joined
from albench.analysis.efficiency import cell_efficiency
from albench.analysis.ranks import rank

if TYPE_CHECKING:
    from collections.abc import Collection

    import pandas as pd


@dataclass(frozen=True)
class RankPlace:
    """Where a strategy stands.

    Parameters
    ----------
    place : int
        1 is best; strategies of equal mean rank share it.
    n_strategies : int
        How many are ranked, this one and random among them.
    rank, low, high : float
        Its mean rank over cohorts, and the 95 % interval on these cohorts.
    n_left_out : int
        Published strategies that lack one of the cells.
    """

    place: int
    n_strategies: int
    rank: float
    low: float
    high: float
    n_left_out: int


def rank_place(
    cells: pd.DataFrame,
    scores: pd.DataFrame,
    strategy: str,
    outside: Collection[str],
    metric: str,
) -> RankPlace | None:
    """Return the place of a strategy.

    Parameters
    ----------
    cells : DataFrame
        Of all strategies.
    scores : DataFrame
        Of these cells.
    strategy : str
        The one in question: only blocks and repetitions that it has count.
    outside : collection of str
        Strategies that are no competitors.
    metric : str
        A column of `scores`, whose area under the learning curve is ranked.

    Returns
    -------
    RankPlace or None
        None if no other strategy has all of its cells.
    """
    areas = cell_efficiency(joined(cells, scores), metric)
    areas = areas[~areas["strategy"].isin(outside)].dropna(subset="area")
    own = areas.loc[areas["strategy"] == strategy, [*BLOCK, "repetition"]]
    same = areas.merge(own, on=[*BLOCK, "repetition"])
    n_cells = same.groupby("strategy").size()
    whole = n_cells.index[n_cells == len(own)]
    if len(whole) < 2:
        return None
    table = rank(same[same["strategy"].isin(whole)]).table
    row = table[table["strategy"] == strategy].iloc[0]
    return RankPlace(
        place=1 + int((table["rank"] < row["rank"]).sum()),
        n_strategies=len(table),
        rank=float(row["rank"]),
        low=float(row["low"]),
        high=float(row["high"]),
        n_left_out=areas["strategy"].nunique() - len(whole),
    )

"""What quality costs: query time, subjects that must be annotated, and what these cost.

Arguments are those of `albench.analysis`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from albench.analysis.curves import BLOCK, CELL, cell_curves
from albench.references import ALL_LABELS, BASELINE

if TYPE_CHECKING:
    from numpy.typing import NDArray


def query_times(rounds: pd.DataFrame) -> pd.DataFrame:
    """Return how long each strategy's queries take.

    There is one row per strategy, random among them: strategy, and seconds, the geometric mean over
    blocks of the median query.
    """
    bought = rounds[(rounds["round"] > 0) & (rounds["strategy"] != ALL_LABELS)]
    medians = bought.groupby(["strategy", *BLOCK])["query_seconds"].median().clip(lower=1e-6)
    means = np.log(medians).groupby(level="strategy").mean()
    return pd.DataFrame({"strategy": means.index, "seconds": np.exp(means.to_numpy(dtype=float))})


def frontier(qualities: NDArray[np.float64], costs: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which points no other dominates.

    Parameters
    ----------
    qualities : ndarray of float, shape (n,)
        Larger is better; NaN is on no frontier.
    costs : ndarray of float, shape (n,)
        Less is better.

    Returns
    -------
    ndarray of bool, shape (n,)
        False where another is as good in both and better in one.
    """
    better = (qualities[:, None] <= qualities) & (costs[:, None] >= costs)
    strictly = (qualities[:, None] < qualities) | (costs[:, None] > costs)
    return np.asarray(~(better & strictly).any(axis=1) & ~np.isnan(qualities))


def areas_over_subjects(rounds: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Return the mean height of each curve over the subjects annotated, where these are fewer.

    There is one row per cell of a block in which some subject has several labelled candidates, and
    that bought anything: `area`, over the subjects from the first labels' to the fewest with which
    any strategy ended in that repetition, so that all are judged over the same cost. Cells of a
    repetition in which some strategy touched no new subject are left out.
    """
    curves = rounds[rounds["strategy"] != ALL_LABELS]
    is_shared = curves["n_labelled_subjects"] < curves["n_labelled"]
    curves = curves[is_shared.groupby([curves[key] for key in BLOCK]).transform("any")]
    return _areas_over(curves, "n_labelled_subjects", metric)


def areas_over_cost(rounds: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Return the mean height of each curve over what the labelled set has cost.

    There is one row per cell of a block in which costs are known, and that bought anything: `area`,
    from what the first labels cost to the least that any strategy had spent at its end in that
    repetition.
    """
    return _areas_over(priced(rounds), "cost", metric)


def priced(rounds: pd.DataFrame) -> pd.DataFrame:
    """Return the rounds of strategies in blocks in which all costs are known.

    The reference is left out; nothing is left where nobody says what anything costs.
    """
    if "cost" not in rounds:
        return rounds.iloc[:0].assign(cost=0.0)
    curves = rounds[rounds["strategy"] != ALL_LABELS]
    is_known = curves["cost"].notna()
    return curves[is_known.groupby([curves[key] for key in BLOCK]).transform("all")]


def _areas_over(curves: pd.DataFrame, cost: str, metric: str) -> pd.DataFrame:
    last = curves.groupby(CELL)[cost].max()
    least = last.groupby([*BLOCK, "repetition"]).transform("min").to_dict()
    rows = []
    for key, (costs, heights) in cell_curves(curves, [cost, metric]):
        end = float(least[key])
        if end > costs[0]:
            rows.append((*key, _mean_to(end, costs, heights)))
    return pd.DataFrame(rows, columns=[*CELL, "area"])


def with_quality(times: pd.DataFrame, overall: pd.DataFrame) -> pd.DataFrame:
    """Return times beside what strategies gain on average over blocks, and who is on the frontier.

    Parameters
    ----------
    times : DataFrame
        The result of `query_times`.
    overall : DataFrame
        The result of `comparison.across_blocks`; of the strategies with the most blocks.

    Returns
    -------
    DataFrame
        One row per strategy, random among them with a difference of 0, the best first:
        difference, low, high, verdict, seconds and is_on_frontier.
    """
    whole = overall[overall["n_blocks"] == overall["n_blocks"].max()]
    gains = whole[["strategy", "difference", "low", "high", "verdict"]]
    random = {"strategy": BASELINE, "difference": 0.0, "low": np.nan, "high": np.nan}
    both = pd.concat([gains, pd.DataFrame([random | {"verdict": ""}])]).merge(times, on="strategy")
    is_on = frontier(both["difference"].to_numpy(dtype=float), both["seconds"].to_numpy())
    marked: pd.DataFrame = both.assign(is_on_frontier=is_on)
    marked = marked.sort_values("difference", ascending=False, kind="stable")
    return marked.reset_index(drop=True)


def _mean_to(end: float, costs: NDArray[np.float64], heights: NDArray[np.float64]) -> float:
    """Return the mean height up to a cost; of rounds at one cost, the last counts beyond it."""
    inside = costs < end
    # Where the end is between two rounds the curve is cut there; rounds at its cost share it.
    at_end = np.interp(end, *_last_of_each(costs, heights))
    points = np.append(costs[inside], end), np.append(heights[inside], at_end)
    return float(np.trapezoid(points[1], points[0]) / (end - costs[0]))


def _last_of_each(
    costs: NDArray[np.float64], heights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    is_last = np.append(np.diff(costs) > 0, True)
    return costs[is_last], heights[is_last]

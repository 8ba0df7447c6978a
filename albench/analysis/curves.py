"""Learning curves: the mean over repetitions at each round, with the interval of that mean.

Arguments are those of `albench.analysis`.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from albench.analysis.students_t import quantile
from albench.references import ALL_LABELS, BASELINE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    CellKey = tuple[str, str, str, str, str, str, int]

BLOCK = ["cohort", "modalities", "model", "budget"]
SYSTEM = [*BLOCK, "strategy"]
CELL = ["cell", *SYSTEM, "repetition"]
"""The columns that identify a cell in a table of rounds."""
CONFIDENCE = 0.95


def joined(cells: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    """Return the rounds of the cells that succeeded, with what each cell is.

    Parameters
    ----------
    cells : DataFrame
        One row per planned cell.
    scores : DataFrame
        One row per cell and round.

    Returns
    -------
    DataFrame
        One row per round; a cell that two blocks share is there for both.
    """
    sizes = [name for name in ("n_candidates", "n_subjects") if name in cells]
    good = cells.loc[cells["status"] == "ok", ["cell", *BLOCK, "strategy", "repetition", *sizes]]
    return good.merge(scores, on="cell", how="inner")


def cell_curves(
    rounds: pd.DataFrame, columns: Sequence[str]
) -> Iterator[tuple[CellKey, list[NDArray[np.float64]]]]:
    """Yield the key of each cell and the values of each column by round; keys rise.

    A key is the values of `CELL`. Values have shape ``(n_rounds,)``. A cell that two blocks share
    is there for both.
    """
    ordered = rounds.sort_values([*CELL, "round"], kind="stable")
    is_first = ~ordered.duplicated(CELL).to_numpy()
    starts = np.flatnonzero(is_first)[1:]
    keys = ordered.loc[is_first, CELL].itertuples(index=False, name=None)
    # Cut once: to ask a table for each cell of thousands takes seconds.
    parts = [np.split(ordered[name].to_numpy(dtype=float), starts) for name in columns]
    for key, *values in zip(keys, *parts, strict=False):  # of no rows, a split has one part
        yield key, values


def of_buying_blocks(rounds: pd.DataFrame) -> pd.DataFrame:
    """Return the rounds of those blocks in which labels were bought after the first ones.

    Left out are the blocks of baselines that are trained once, whose curve would be a single point.
    """
    return rounds[rounds.groupby(BLOCK)["round"].transform("max") > 0]


def learning_curves(rounds: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Return mean and interval of a metric at each round of each strategy.

    There is one row per block, strategy and round: n_labelled (mean), mean, low, high, and n, the
    repetitions it is the mean of. Rounds that only some of the strategy's repetitions have are
    there with their own n, never mixed in silently; NaN is not counted.
    """
    import pandas as pd  # a plan imports this module, and has no table

    keys = [*BLOCK, "strategy", "round"]
    sizes, scores = (rounds[name].to_numpy(dtype=np.float64) for name in ("n_labelled", metric))
    rows = [
        (*key, *_point(sizes[rows], scores[rows])) for key, rows in places(rounds, keys).items()
    ]
    return pd.DataFrame(rows, columns=[*keys, "n_labelled", "mean", "low", "high", "n"])


def places(table: pd.DataFrame, keys: str | list[str]) -> dict[Any, NDArray[np.intp]]:
    """Return where the rows of each group stand: indexing arrays by it is faster than groups.

    Parameters
    ----------
    table : DataFrame
        With columns for the keys.
    keys : str or list of str
        What the rows of a group have in common.

    Returns
    -------
    dict of Any to ndarray of int
        By the value of the key, or the tuple of values, in their order.
    """
    groups: Mapping[Any, Any] = table.groupby(keys).indices  # arrays of positions
    return {key: groups[key] for key in sorted(groups)}


def of_most_repetitions(lines: pd.DataFrame) -> pd.DataFrame:
    """Return the points of curves that at least half of their repetitions have.

    Parameters
    ----------
    lines : DataFrame
        The result of `learning_curves`.

    Returns
    -------
    DataFrame
        Where a pool is bought up, some repetitions end a round later than others: a mean of those
        few would draw a jump.
    """
    most = lines.groupby([*BLOCK, "strategy"])["n"].transform("max")
    return lines[2 * lines["n"] >= most]


def _point(
    n_labelled: NDArray[np.float64], scores: NDArray[np.float64]
) -> tuple[float, float, float, float, int]:
    values = scores[~np.isnan(scores)]
    return (float(n_labelled.mean()), *mean_interval(values), len(values))


def differences_to_random(rounds: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Return the rounds with `metric` replaced by its difference to random's.

    Differences are paired by repetition; repetitions without a partner are left out.
    """
    keys = [*BLOCK, "repetition", "round"]
    base = rounds.loc[rounds["strategy"] == BASELINE, [*keys, metric]]
    others = rounds[~rounds["strategy"].isin([BASELINE, ALL_LABELS])]
    paired = others.merge(base, on=keys, suffixes=("", "_random"))
    paired[metric] = paired[metric] - paired[f"{metric}_random"]
    return paired.drop(columns=f"{metric}_random")


def mean_interval(values: NDArray[np.float64]) -> tuple[float, float, float]:
    """Return the mean and its 95 % interval by Student's t.

    Parameters
    ----------
    values : ndarray of float, shape (n,)
        One a repetition; none is NaN.

    Returns
    -------
    mean, low, high : float
        The interval is NaN for one value, which has no spread; all three are NaN for no value.
    """
    n = len(values)
    if n == 0:
        return float("nan"), float("nan"), float("nan")
    mean = float(values.mean())
    if n == 1:
        return mean, float("nan"), float("nan")
    half = float(_quantile(n - 1) * values.std(ddof=1) / np.sqrt(n))
    return mean, mean - half, mean + half


@cache  # the same few numbers of repetitions come thousands of times
def _quantile(freedom: int) -> float:
    """Return the quantile of Student's t up to which an interval reaches."""
    return float(quantile((1 + CONFIDENCE) / 2, freedom))

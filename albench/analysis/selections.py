"""The share of marked candidates in what strategies buy, against that in the training part."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from albench.analysis.curves import SYSTEM, mean_interval
from albench.analysis.points import round_within
from albench.references import ALL_LABELS
from albench.spec.published import FINAL

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from albench.spec.published import Point

POINTS: tuple[Point, ...] = (0.3, 0.5, FINAL)
COLUMNS = [*SYSTEM, "mark", "point", "share", "share_low", "share_high", "ratio", "low", "high"]


def marked_purchases(
    rounds: pd.DataFrame, marks: pd.DataFrame, points: Sequence[Point] = POINTS
) -> pd.DataFrame:
    """Return the marked share of what each strategy bought, at some points of its curve.

    Parameters
    ----------
    rounds : DataFrame
        The result of `curves.joined`, with n_candidates.
    marks : DataFrame
        One row per cell, round and mark: n_picked and n_train.
    points : sequence of str or float
        Shares of labelled candidates, and ``final``, which is left out where all are labelled.

    Returns
    -------
    DataFrame
        One row per system, mark and point. `share` is of the candidates bought after the first
        labels; `ratio` that divided by the share in the training part, 1 for a blind choice; each
        with the 95 % interval of its mean over the `n` repetitions that get there.
    """
    bought = rounds[rounds["strategy"] != ALL_LABELS].merge(marks, on=["cell", "round"])
    values = [
        row
        for _, part in bought.groupby([*SYSTEM, "repetition", "mark"], sort=True)
        for row in _of_cell(part.sort_values("round"), points)
    ]
    if not values:
        return pd.DataFrame(columns=[*COLUMNS, "train_share", "n"])
    purchases = pd.DataFrame(values)
    keys = [*SYSTEM, "mark", "point"]
    rows = [
        dict(zip(keys, key, strict=True)) | _summary(part)
        for key, part in purchases.groupby(keys, sort=True)
    ]
    return pd.DataFrame(rows)


def _of_cell(part: pd.DataFrame, points: Sequence[Point]) -> Iterator[dict[str, object]]:
    labelled = part["n_labelled"].to_numpy(dtype=float)
    n_candidates = float(part["n_candidates"].iloc[0])
    picked = part["n_picked"].to_numpy(dtype=float).cumsum()
    in_training = float(part["n_train"].iloc[0]) / n_candidates
    same = {key: part[key].iloc[0] for key in (*SYSTEM, "repetition", "mark")}
    for point in points:
        position = _position(labelled / n_candidates, point)
        if position is None or labelled[position] == labelled[0]:
            continue
        share = (picked[position] - picked[0]) / (labelled[position] - labelled[0])
        ratio = share / in_training if in_training else np.nan
        shares_bought = {"share": share, "ratio": ratio, "train_share": in_training}
        yield same | {"point": str(point)} | shares_bought


def _position(shares: np.ndarray, point: Point) -> int | None:
    if point != FINAL:
        return round_within(shares, float(point))
    return None if shares[-1] == 1.0 else len(shares) - 1


def _summary(part: pd.DataFrame) -> dict[str, float]:
    share, share_low, share_high = mean_interval(part["share"].to_numpy(dtype=float))
    ratio, low, high = mean_interval(part["ratio"].dropna().to_numpy(dtype=float))
    return (
        {"share": share, "share_low": share_low, "share_high": share_high}
        | {"ratio": ratio, "low": low, "high": high}
        | {"train_share": float(part["train_share"].mean()), "n": len(part)}
    )

"""Label efficiency of a cell: the area under its curve, its final score, the labels needed.

Arguments are those of `albench.analysis`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from albench.analysis.curves import BLOCK, CELL, cell_curves
from albench.references import ALL_LABELS

if TYPE_CHECKING:
    from numpy.typing import NDArray

TARGET = 0.95
"""The share of the all-labels score whose price in labels is reported."""


def cell_efficiency(rounds: pd.DataFrame, metric: str, target: float = TARGET) -> pd.DataFrame:
    """Return one row per strategy's cell: its area, its final score, and the labels it needed.

    area: the mean height of the curve over the labels bought (trapezoids divided by the range).
    final: the last round's score. goal: `target` times the all-labels score of the same block and
    repetition, NaN if there is none. labels: those of the first round at or above the goal, NaN if
    none is.
    """
    goals = _goals(rounds, metric, target)
    curves = rounds[rounds["strategy"] != ALL_LABELS]
    rows = [
        (*key, *_of_curve(n_labelled, heights, goals.get((*key[1:5], key[6]), np.nan)))
        for key, (n_labelled, heights) in cell_curves(curves, ["n_labelled", metric])
    ]
    return pd.DataFrame(rows, columns=[*CELL, "area", "final", "goal", "labels"])


def _goals(rounds: pd.DataFrame, metric: str, target: float) -> dict[tuple[object, ...], float]:
    reference = rounds[rounds["strategy"] == ALL_LABELS]
    keys = reference[[*BLOCK, "repetition"]].itertuples(index=False, name=None)
    return {key: target * value for key, value in zip(keys, reference[metric], strict=True)}


def _of_curve(
    n_labelled: NDArray[np.float64], heights: NDArray[np.float64], goal: float
) -> tuple[float, float, float, float]:
    reached = n_labelled[heights >= goal]
    labels = float(reached[0]) if len(reached) else np.nan
    return area(n_labelled, heights), float(heights[-1]), goal, labels


def area(n_labelled: np.ndarray, heights: np.ndarray) -> float:
    """Return the mean height of a curve over the labels bought.

    Parameters
    ----------
    n_labelled : ndarray of float, shape (n_rounds,)
        Rising.
    heights : ndarray of float, shape (n_rounds,)
        The metric.

    Returns
    -------
    float
        The area by trapezoids, divided by the range; of a single round, its height.
    """
    width = n_labelled[-1] - n_labelled[0]
    if width == 0:
        return float(heights[-1])
    return float(np.trapezoid(heights, n_labelled) / width)

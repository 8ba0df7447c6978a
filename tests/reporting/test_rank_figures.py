"""The bars of a critical-difference diagram are the groups that were tested, and nothing else."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from albench.analysis.ranks import Ranking
from albench.reporting.rank_figures import critical_difference
from albench.reporting.sheets import COLUMN, SCREEN, Sheet

RANKS = {"a": 1.2, "b": 1.9, "c": 2.9, "random": 4.0}


def bars(difference: float | None, p: float) -> list[tuple[float, float]]:
    """Return the ends of the bars that are drawn."""
    table = pd.DataFrame({"strategy": list(RANKS), "rank": list(RANKS.values())})
    figure = critical_difference(Ranking(table, 6, 0, p, difference))
    lines = [line for line in figure.axes[0].lines if line.get_gid() == "not distinguished"]
    ends = [np.asarray(line.get_xdata(), dtype=float).tolist() for line in lines]
    return [(low, high) for low, high in ends]


@pytest.mark.parametrize(
    ("difference", "p", "expected"),
    [
        (1.05, 0.01, [(1.2, 1.9), (1.9, 2.9)]),
        (1.15, 0.01, [(1.2, 1.9), (1.9, 2.9), (2.9, 4.0)]),
        (0.5, 0.01, []),
        (None, 0.4, [(1.2, 4.0)]),
    ],
)
def test_a_bar_joins_each_group(
    difference: float | None, p: float, expected: list[tuple[float, float]]
) -> None:
    assert bars(difference, p) == expected


@pytest.mark.parametrize("sheet", [SCREEN, COLUMN])
def test_the_longest_name_is_not_cut_off(sheet: Sheet) -> None:
    names = ["distinct-samples and 3 alike", "b", "c", "d", "e", "least-confident-dropout"]
    table = pd.DataFrame({"strategy": names, "rank": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]})
    figure = critical_difference(Ranking(table, 6, 0, 0.01, 1.05), sheet)
    box = figure.bbox
    places = [text.get_window_extent() for text in figure.axes[0].texts]
    assert min(place.x0 for place in places) >= box.x0
    assert max(place.x1 for place in places) <= box.x1


def test_every_strategy_is_named_with_its_rank() -> None:
    table = pd.DataFrame({"strategy": list(RANKS), "rank": list(RANKS.values())})
    figure = critical_difference(Ranking(table, 6, 0, 0.01, 1.05))
    texts = " ".join(text.get_text() for text in figure.axes[0].texts)
    assert all(f"{name}  {value:.2f}" in texts for name, value in list(RANKS.items())[:2])
    assert all(f"{value:.2f}  {name}" in texts for name, value in list(RANKS.items())[2:])
    assert "CD 1.05" in texts

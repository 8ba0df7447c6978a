"""Labels saved; a strategy that misses the goal is censored at the end of the budget."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from albench.analysis.efficiency import cell_efficiency
from albench.analysis.labels_saved import (
    labels_saved,
    median_interval,
    saved_by_goal,
    within_budget,
)
from albench.analysis.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

INF = float("inf")
FAST, SLOW, NEVER = [0.5, 0.9, 0.9], [0.5, 0.6, 0.9], [0.5, 0.6, 0.7]


def test_labels_are_restricted_to_the_budget(make_rounds: Callable[..., pd.DataFrame]) -> None:
    curves = {("all-labels", i): [0.9] for i in range(6)}
    curves |= {("random", i): SLOW if i else NEVER for i in range(6)}
    curves |= {("esd", i): FAST for i in range(6)}
    rounds = make_rounds(curves)
    priced = within_budget(cell_efficiency(rounds, "accuracy"), rounds)
    assert set(priced.loc[priced["strategy"] == "esd", "needed"]) == {20.0}
    assert priced.loc[priced["strategy"] == "random", "needed"].tolist() == [40.0] * 6
    saved = labels_saved(priced).iloc[0]
    assert saved["difference"] == 20.0
    assert saved["verdict"] == Verdict.BETTER


def test_curves_that_lead_further_are_cut_where_all_end(
    make_rounds: Callable[..., pd.DataFrame],
) -> None:
    curves = {("all-labels", 0): [0.9], ("random", 0): SLOW[:2], ("esd", 0): SLOW}
    rounds = make_rounds(curves)
    priced = within_budget(cell_efficiency(rounds, "accuracy"), rounds)
    assert priced["end"].tolist() == [20.0, 20.0]
    assert priced["needed"].tolist() == [20.0, 20.0]


def test_the_median_has_the_interval_of_the_sign_test() -> None:
    # Of six, the extremes enclose the median in 1 - 2 / 64; of ten, the second from either end.
    assert median_interval(np.array([5.0, 1, 4, 2, 6, 3])) == (3.5, 1.0, 6.0)
    assert median_interval(np.arange(1.0, 11)) == (5.5, 2.0, 9.0)


def test_a_median_beyond_the_budget_is_infinite() -> None:
    median, low, high = median_interval(np.array([10.0, 20, INF, INF, INF, INF]))
    assert (median, low, high) == (INF, 10.0, INF)


@pytest.mark.parametrize("n", [0, 1, 5])
def test_few_numbers_have_no_interval(n: int) -> None:
    _, low, high = median_interval(np.arange(float(n)))
    assert math.isnan(low)
    assert math.isnan(high)


def test_the_interval_covers_the_median_as_often_as_said() -> None:
    rng = np.random.default_rng(0)
    drawn = rng.exponential(1.0, (2000, 10))
    drawn[drawn > 2.0] = INF  # censored
    ends = [median_interval(row)[1:] for row in drawn]
    covered = np.mean([low <= np.log(2) <= high for low, high in ends])
    assert covered >= 0.95


def test_every_goal_counts_whoever_never_reaches_it_with_the_whole_budget(
    make_rounds: Callable[..., pd.DataFrame],
) -> None:
    curves = {("all-labels", i): [1.0] for i in range(6)}
    curves |= {("random", i): [0.5, 0.7, 0.85] for i in range(6)}
    curves |= {("esd", i): [0.5, 0.91, 0.92] for i in range(6)}
    rounds = make_rounds(curves)
    table = saved_by_goal(rounds, "accuracy", ()).set_index("other")
    assert table.index.tolist() == ["80 %", "90 %", "95 %", "99 %"]
    # Of 40 labels, random takes all to 80 % and never gets to 90 %; esd takes 20 to either.
    assert table["difference"].tolist() == [0.5, 0.5, 0.0, 0.0]
    assert table["reached"].tolist() == [6, 6, 0, 0]
    assert table["n_cells"].tolist() == [6] * 4


def test_blocks_without_a_goal_are_left_out_of_all_goals(
    make_rounds: Callable[..., pd.DataFrame],
) -> None:
    rounds = make_rounds({("all-labels", 0): [0.9], ("random", 0): SLOW, ("esd", 0): FAST})
    block = tuple(rounds.iloc[0][["cohort", "modalities", "model", "budget"]])
    assert saved_by_goal(rounds, "accuracy", {block}).empty

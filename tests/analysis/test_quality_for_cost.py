"""Quality against cost: query time and subjects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from albench.analysis.comparison import across_blocks
from albench.analysis.quality_for_cost import (
    areas_over_cost,
    areas_over_subjects,
    frontier,
    query_times,
    with_quality,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    Rounds = Callable[..., pd.DataFrame]


def test_the_frontier_is_what_nothing_dominates() -> None:
    qualities = np.array([0.0, 0.2, 0.1, 0.2, np.nan, 0.3])
    costs = np.array([1.0, 2.0, 3.0, 4.0, 0.1, 9.0])
    assert frontier(qualities, costs).tolist() == [True, True, False, False, False, True]


def test_equal_points_are_both_on_the_frontier() -> None:
    assert frontier(np.array([0.1, 0.1]), np.array([2.0, 2.0])).tolist() == [True, True]


def test_times_are_geometric_means_of_medians(make_rounds: Rounds) -> None:
    curves = {("esd", i): [0.5, 0.6, 0.7] for i in range(3)}
    blocks = [make_rounds(curves, cohort=name) for name in ("digits", "liver")]
    rounds = pd.concat(
        [block.assign(query_seconds=s) for block, s in zip(blocks, (0.1, 0.4), strict=True)]
    )
    rounds.loc[rounds["round"] == 0, "query_seconds"] = 99.0  # nothing was queried
    times = query_times(rounds)
    assert times["seconds"].tolist() == pytest.approx([0.2])


def test_random_stands_beside_the_others(
    make_areas: Callable[..., pd.DataFrame],
) -> None:
    gain = np.array([0.1, 0.11, 0.09, 0.1, 0.12, 0.1])
    overall = across_blocks(make_areas({"good": gain, "slow": -gain}, np.full(6, 0.5)))
    times = pd.DataFrame({"strategy": ["random", "good", "slow"], "seconds": [0.1, 1.0, 5.0]})
    table = with_quality(times, overall).set_index("strategy")
    assert list(table.index) == ["good", "random", "slow"]
    assert table["is_on_frontier"].tolist() == [True, True, False]
    assert table.loc["random", "difference"] == 0.0


def subjects_of(make_rounds: Rounds, ends: dict[str, list[int]]) -> pd.DataFrame:
    rounds = make_rounds({(name, 0): [0.0, 0.5, 1.0] for name in ends}, n_labelled=(4, 8, 12))
    counts = [count for name in ends for count in ends[name]]
    return rounds.assign(n_labelled_subjects=counts)


def test_areas_over_subjects_end_where_the_first_strategy_does(make_rounds: Rounds) -> None:
    rounds = subjects_of(make_rounds, {"random": [2, 4, 6], "thrifty": [2, 3, 4]})
    areas = areas_over_subjects(rounds, "accuracy").set_index("strategy")["area"]
    # Up to 4 subjects: random rises from 0 to 0.5, the thrifty strategy from 0 to 1.
    assert areas.to_dict() == pytest.approx({"random": 0.25, "thrifty": 0.5})


def test_where_each_label_is_a_subject_there_is_nothing_to_add(make_rounds: Rounds) -> None:
    rounds = subjects_of(make_rounds, {"random": [4, 8, 12], "esd": [4, 8, 12]})
    assert areas_over_subjects(rounds, "accuracy").empty


def test_a_repetition_in_which_someone_touches_no_new_subject_is_left_out(
    make_rounds: Rounds,
) -> None:
    rounds = subjects_of(make_rounds, {"random": [2, 4, 6], "stays": [2, 2, 2]})
    assert areas_over_subjects(rounds, "accuracy").empty


def test_areas_over_cost_end_where_the_first_purse_was_empty(make_rounds: Rounds) -> None:
    rounds = subjects_of(make_rounds, {"random": [2, 4, 6], "thrifty": [2, 3, 4]})
    priced = rounds.assign(cost=10.5 * rounds["n_labelled_subjects"])
    areas = areas_over_cost(priced, "accuracy").set_index("strategy")["area"]
    assert areas.to_dict() == pytest.approx({"random": 0.25, "thrifty": 0.5})


def test_a_block_of_which_a_cost_is_unknown_has_no_areas_over_it(make_rounds: Rounds) -> None:
    rounds = subjects_of(make_rounds, {"random": [2, 4, 6], "esd": [2, 3, 4]})
    assert areas_over_cost(rounds, "accuracy").empty
    assert areas_over_cost(rounds.assign(cost=[1, 2, 3, 1, 2, np.nan]), "accuracy").empty

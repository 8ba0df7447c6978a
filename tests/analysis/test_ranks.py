"""Ranks: Friedman's gate, and complete problems only."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from albench.analysis.ranks import rank

if TYPE_CHECKING:
    from collections.abc import Callable

    Areas = Callable[..., pd.DataFrame]

BASE = np.array([0.70, 0.72, 0.69])


@pytest.fixture
def make_blocks(make_areas: Areas) -> Callable[[list[dict[str, float]]], pd.DataFrame]:
    """A factory of blocks of three repetitions, from each block's gains over random."""

    def make_blocks(gains: list[dict[str, float]]) -> pd.DataFrame:
        blocks = [
            make_areas({name: np.full(3, g) for name, g in gain.items()}, BASE, cohort=f"c{i}")
            for i, gain in enumerate(gains)
        ]
        return pd.concat(blocks)

    return make_blocks


def test_best_is_rank_one(make_blocks: Areas) -> None:
    found = rank(make_blocks([{"up": 0.1, "down": -0.1}] * 2))
    assert found.ranks == {"up": 1.0, "random": 2.0, "down": 3.0}
    assert list(found.ranks) == ["up", "random", "down"]


def test_ties_share_their_ranks(make_blocks: Areas) -> None:
    assert rank(make_blocks([{"same": 0.0, "up": 0.1}])).ranks == {
        "up": 1.0,
        "random": 2.5,
        "same": 2.5,
    }


def test_a_clear_order_over_many_blocks_has_a_critical_difference(make_blocks: Areas) -> None:
    found = rank(make_blocks([{"up": 0.1, "down": -0.1}] * 8))
    assert found.p < 0.05
    # Demšar 2006, table 5: q of three classifiers is 2.343.
    expected = 2.343 * math.sqrt(3 * 4 / (6 * 8))
    assert found.critical_difference == pytest.approx(expected, abs=1e-3)


def test_no_critical_difference_where_friedman_does_not_reject(make_blocks: Areas) -> None:
    mixed = [{"a": 0.1, "b": -0.1}, {"a": -0.1, "b": 0.1}] * 3
    found = rank(make_blocks(mixed))
    assert found.p > 0.5
    assert found.critical_difference is None


def test_p_is_scipys_over_block_means(make_blocks: Areas) -> None:
    found = rank(make_blocks([{"a": 0.1, "b": 0.2}, {"a": 0.3, "b": 0.1}, {"a": 0.1, "b": 0.4}]))
    expected = stats.friedmanchisquare([0, 0, 0], [0.1, 0.3, 0.1], [0.2, 0.1, 0.4]).pvalue
    assert found.p == pytest.approx(expected)


def test_equal_strategies_are_not_separable(make_blocks: Areas) -> None:
    found = rank(make_blocks([{"a": 0.0, "b": 0.0}] * 3))
    assert found.p == 1.0
    assert found.critical_difference is None


@pytest.mark.parametrize(
    "gains",
    [[{"a": 0.1, "b": 0.2}], [{"a": 0.1}, {"a": 0.2}]],
    ids=["one block", "two strategies"],
)
def test_too_little_is_not_tested(make_blocks: Areas, gains: list[dict[str, float]]) -> None:
    assert math.isnan(rank(make_blocks(gains)).p)


def test_a_repetition_that_lacks_a_strategy_counts_nowhere(make_blocks: Areas) -> None:
    table = make_blocks([{"a": 0.1}, {"a": 0.1}])
    is_first = (table["cohort"] == "c0") & (table["repetition"] == 0)
    table.loc[is_first & (table["strategy"] == "random"), "area"] = 9.0
    found = rank(table[~(is_first & (table["strategy"] == "a"))])
    assert found.ranks == {"a": 1.0, "random": 2.0}
    assert (found.n_blocks, found.n_left_out) == (2, 1)


def test_a_block_that_lacks_a_strategy_is_left_out(make_blocks: Areas) -> None:
    found = rank(make_blocks([{"a": 0.1, "b": 0.2}, {"a": 0.1}]))
    assert (found.n_blocks, found.n_left_out) == (1, 3)


def test_there_are_no_ranks_without_a_complete_block(make_blocks: Areas) -> None:
    found = rank(make_blocks([{"a": 0.1}, {"b": 0.1}]))
    assert found.ranks == {}
    assert math.isnan(found.p)

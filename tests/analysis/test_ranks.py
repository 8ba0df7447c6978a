"""Ranks: by cohort, behind Friedman's gate, of complete problems only."""

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
    found = rank(make_blocks([{"up": 0.1, "down": -0.1}] * 5))
    assert found.ranks == {"up": 1.0, "random": 2.0, "down": 3.0}
    assert list(found.ranks) == ["up", "random", "down"]


def test_ties_share_their_ranks(make_blocks: Areas) -> None:
    assert rank(make_blocks([{"same": 0.0, "up": 0.1}] * 5)).ranks == {
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


GAINS = [(0.1, 0.2), (0.3, 0.1), (0.1, 0.4), (0.2, -0.1), (0.3, 0.5)]


def test_p_is_scipys_over_means_of_cohorts(make_blocks: Areas) -> None:
    found = rank(make_blocks([{"a": a, "b": b} for a, b in GAINS]))
    ours, theirs = zip(*GAINS, strict=True)
    assert found.p == pytest.approx(stats.friedmanchisquare([0] * 5, ours, theirs).pvalue)


def test_blocks_of_a_cohort_are_averaged_and_count_once(make_blocks: Areas) -> None:
    once = make_blocks([{"a": a, "b": b} for a, b in GAINS])
    again = make_blocks([{"a": a - 0.01, "b": b + 0.01} for a, b in GAINS])
    thrice = pd.concat([once, again.assign(budget="half"), once.assign(budget="all")])
    assert rank(thrice).n_cohorts == 5
    assert rank(thrice).p == pytest.approx(rank(once).p)


@pytest.mark.parametrize(("n_cohorts", "is_ranked"), [(4, False), (5, True)])
def test_under_five_cohorts_nothing_is_ranked(
    make_blocks: Areas, n_cohorts: int, is_ranked: bool
) -> None:
    cohorts = make_blocks([{"up": 0.1, "down": -0.1}] * n_cohorts)
    blocks = pd.concat([cohorts.assign(budget=budget) for budget in ("low", "middle", "high")])
    found = rank(blocks)
    assert bool(found.ranks) == is_ranked
    assert np.isnan(found.p) != is_ranked
    assert found.n_cohorts == n_cohorts


def test_equal_strategies_are_not_separable(make_blocks: Areas) -> None:
    found = rank(make_blocks([{"a": 0.0, "b": 0.0}] * 5))
    assert found.p == 1.0
    assert found.critical_difference is None


def test_two_strategies_are_not_tested(make_blocks: Areas) -> None:
    assert math.isnan(rank(make_blocks([{"a": 0.1}] * 6)).p)


def test_a_repetition_that_lacks_a_strategy_counts_nowhere(make_blocks: Areas) -> None:
    table = make_blocks([{"a": 0.1}] * 5)
    is_first = (table["cohort"] == "c0") & (table["repetition"] == 0)
    table.loc[is_first & (table["strategy"] == "random"), "area"] = 9.0
    found = rank(table[~(is_first & (table["strategy"] == "a"))])
    assert found.ranks == {"a": 1.0, "random": 2.0}
    assert (found.n_cohorts, found.n_left_out) == (5, 1)


def test_a_block_that_lacks_a_strategy_is_left_out(make_blocks: Areas) -> None:
    found = rank(make_blocks([{"a": 0.1, "b": 0.2}, {"a": 0.1}]))
    assert (found.n_cohorts, found.n_left_out) == (1, 3)


def test_there_are_no_ranks_without_a_complete_block(make_blocks: Areas) -> None:
    found = rank(make_blocks([{"a": 0.1}, {"b": 0.1}]))
    assert found.ranks == {}
    assert math.isnan(found.p)

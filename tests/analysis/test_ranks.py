"""Ranks: by cohort, behind Friedman's gate, of complete problems only."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from albench.analysis.rank_bootstrap import CohortScores, interval_on_these
from albench.analysis.ranks import Ranking, close_runs, nemenyi, rank

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
    ranking = rank(make_blocks([{"up": 0.1, "down": -0.1}] * 5))
    assert ranks_of(ranking) == {"up": 1.0, "random": 2.0, "down": 3.0}
    assert list(ranks_of(ranking)) == ["up", "random", "down"]


def test_ties_share_their_ranks(make_blocks: Areas) -> None:
    assert ranks_of(rank(make_blocks([{"same": 0.0, "up": 0.1}] * 5))) == {
        "up": 1.0,
        "random": 2.5,
        "same": 2.5,
    }


def test_a_clear_order_over_many_blocks_has_a_critical_difference(make_blocks: Areas) -> None:
    ranking = rank(make_blocks([{"up": 0.1, "down": -0.1}] * 8))
    assert ranking.p < 0.05
    # Demšar 2006, table 5: q of three classifiers is 2.343.
    expected = 2.343 * math.sqrt(3 * 4 / (6 * 8))
    assert ranking.critical_difference == pytest.approx(expected, abs=1e-3)


def test_no_critical_difference_where_friedman_does_not_reject(make_blocks: Areas) -> None:
    mixed = [{"a": 0.1, "b": -0.1}, {"a": -0.1, "b": 0.1}] * 3
    ranking = rank(make_blocks(mixed))
    assert ranking.p > 0.5
    assert ranking.critical_difference is None


def ranks_of(ranking: Ranking) -> dict[str, float]:
    return dict(zip(ranking.table["strategy"], ranking.table["rank"], strict=True))


GAINS = [(0.1, 0.2), (0.3, 0.1), (0.1, 0.4), (0.2, -0.1), (0.3, 0.5)]


def test_p_is_scipys_over_means_of_cohorts(make_blocks: Areas) -> None:
    ranking = rank(make_blocks([{"a": a, "b": b} for a, b in GAINS]))
    ours, theirs = zip(*GAINS, strict=True)
    assert ranking.p == pytest.approx(stats.friedmanchisquare([0] * 5, ours, theirs).pvalue)


def test_blocks_of_a_cohort_are_averaged_and_count_once(make_blocks: Areas) -> None:
    once = make_blocks([{"a": a, "b": b} for a, b in GAINS])
    again = make_blocks([{"a": a - 0.01, "b": b + 0.01} for a, b in GAINS])
    thrice = pd.concat([once, again.assign(budget="half"), once.assign(budget="all")])
    assert rank(thrice).n_cohorts == 5
    assert rank(thrice).p == pytest.approx(rank(once).p)


@pytest.mark.parametrize(("n_cohorts", "is_tested"), [(4, False), (5, True)])
def test_under_five_cohorts_nothing_is_tested(
    make_blocks: Areas, n_cohorts: int, is_tested: bool
) -> None:
    cohorts = make_blocks([{"up": 0.1, "down": -0.1}] * n_cohorts)
    blocks = pd.concat([cohorts.assign(budget=budget) for budget in ("low", "middle", "high")])
    ranking = rank(blocks)
    assert np.isnan(ranking.p) != is_tested
    assert bool(ranking.groups) == is_tested or ranking.critical_difference is not None
    assert ranking.table["like_low"].notna().all() == is_tested
    assert ranking.n_cohorts == n_cohorts


def test_equal_strategies_are_not_separable(make_blocks: Areas) -> None:
    ranking = rank(make_blocks([{"a": 0.0, "b": 0.0}] * 5))
    assert ranking.p == 1.0
    assert ranking.critical_difference is None


def test_two_strategies_are_not_tested(make_blocks: Areas) -> None:
    assert math.isnan(rank(make_blocks([{"a": 0.1}] * 6)).p)


def test_a_repetition_that_lacks_a_strategy_counts_nowhere(make_blocks: Areas) -> None:
    table = make_blocks([{"a": 0.1}] * 5)
    is_first = (table["cohort"] == "c0") & (table["repetition"] == 0)
    table.loc[is_first & (table["strategy"] == "random"), "area"] = 9.0
    ranking = rank(table[~(is_first & (table["strategy"] == "a"))])
    assert ranks_of(ranking) == {"a": 1.0, "random": 2.0}
    assert (ranking.n_cohorts, ranking.n_left_out) == (5, 1)


def test_a_block_that_lacks_a_strategy_is_left_out(make_blocks: Areas) -> None:
    ranking = rank(make_blocks([{"a": 0.1, "b": 0.2}, {"a": 0.1}]))
    assert (ranking.n_cohorts, ranking.n_left_out, ranking.without) == (1, 3, ("c1",))


def test_there_are_no_ranks_without_a_complete_block(make_blocks: Areas) -> None:
    ranking = rank(make_blocks([{"a": 0.1}, {"b": 0.1}]))
    assert ranking.table.empty
    assert math.isnan(ranking.p)


# Demšar 2006, table 6: AUC of C4.5 with and without two parameters tuned, and its printed ranks.
# Of *voting* the ranks are of more digits than are printed: 0.9751 and 0.975.
DEMSAR = {
    "C4.5": "763 599 954 628 882 936 661 583 775 1000 940 619 972 957",
    "C4.5+m": "768 591 971 661 888 931 668 583 838 1000 962 666 981 978",
    "C4.5+cf": "771 590 968 654 886 916 609 563 866 1000 965 614 975.1 946",
    "C4.5+m+cf": "798 569 967 657 898 931 685 625 875 1000 962 669 975 970",
}


def demsar(make_areas: Areas) -> Ranking:
    gains = {name: [float(x) / 1000 for x in line.split()] for name, line in DEMSAR.items()}
    rows = [
        make_areas(
            {name: np.full(3, values[i]) for name, values in gains.items()}, np.zeros(3), f"c{i}"
        )
        for i in range(14)
    ]
    table = pd.concat(rows)
    return rank(table[table["strategy"] != "random"])


def test_ranks_are_those_of_demsar(make_areas: Areas) -> None:
    ranks = ranks_of(demsar(make_areas))
    printed = {"C4.5": 3.143, "C4.5+m": 2.0, "C4.5+cf": 2.893, "C4.5+m+cf": 1.964}
    assert ranks == pytest.approx(printed, abs=0.0006)


def test_critical_differences_are_those_of_demsar() -> None:
    # Section 3.2.2: 2.569 and 2.291 times the square root of 4 * 5 / (6 * 14).
    assert nemenyi(14, 4, 0.05) == pytest.approx(1.25, abs=0.005)
    assert nemenyi(14, 4, 0.10) == pytest.approx(1.12, abs=0.005)


def test_bars_are_those_of_demsar(make_areas: Areas) -> None:
    # At 0.10: C4.5 is worse than C4.5+m and C4.5+m+cf, and nothing is said of C4.5+cf.
    # At 0.05 the test cannot tell the best from the worst.
    table = demsar(make_areas).table
    names, ranks = table["strategy"].tolist(), table["rank"].to_numpy()
    at = {level: close_runs(ranks, nemenyi(14, 4, level)) for level in (0.05, 0.10)}
    assert [names[start:stop] for start, stop in at[0.10]] == [
        ["C4.5+m+cf", "C4.5+m", "C4.5+cf"],
        ["C4.5+cf", "C4.5"],
    ]
    assert at[0.05] == [(0, 4)]


def test_no_bar_lies_within_another() -> None:
    ranks = np.array([1.0, 1.5, 2.0, 2.4, 3.9, 4.0])
    assert close_runs(ranks, 1.2) == [(0, 3), (1, 4), (4, 6)]
    assert close_runs(ranks, 0.05) == []


def test_an_interval_surrounds_its_rank(make_blocks: Areas) -> None:
    rng = np.random.default_rng(1)
    blocks = make_blocks([{"a": 0.1, "b": 0.2}] * 6)
    table = rank(blocks.assign(area=blocks["area"] + rng.normal(0, 0.1, len(blocks)))).table
    for low, high in (("low", "high"), ("like_low", "like_high")):
        assert (table[low] <= table["rank"]).all()
        assert (table["rank"] <= table[high]).all()
        assert table[low].between(1, 3).all()


def test_repetitions_are_drawn_for_all_blocks_of_a_cohort_alike() -> None:
    # In each repetition one block favours the one and the other block the other, by as much.
    one = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 1.0]])
    values = np.stack([one, 1 - one])
    cohort = CohortScores(values, np.ones((2, 4), dtype=bool))
    assert interval_on_these([cohort]).tolist() == [[1.5, 1.5], [1.5, 1.5]]


def test_one_repetition_has_no_interval() -> None:
    cohort = CohortScores(np.zeros((1, 1, 3)), np.ones((1, 1), dtype=bool))
    assert np.isnan(interval_on_these([cohort])).all()

"""Paired differences of many comparisons at once equal those computed one by one."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from albench.analysis.curves import mean_interval
from albench.analysis.paired import paired

GAPS = np.random.default_rng(3).normal(0.2, 1.0, (4, 5, 8))


def test_each_comparison_is_scipys_test_of_it() -> None:
    expected = stats.ttest_1samp(GAPS, 0.0, axis=-1).pvalue
    assert paired(GAPS).p == pytest.approx(expected)


def test_intervals_are_students() -> None:
    sums = paired(GAPS)
    mean, low, high = mean_interval(GAPS[1, 2])
    ours = sums.mean[1, 2], (sums.mean - sums.half_width)[1, 2], (sums.mean + sums.half_width)[1, 2]
    assert ours == pytest.approx((mean, low, high))


def test_a_missing_pair_is_left_out() -> None:
    gaps = np.array([0.1, np.nan, 0.3, 0.2])
    assert paired(gaps).n == 3
    assert paired(gaps).p == pytest.approx(paired(np.array([0.1, 0.3, 0.2])).p)


@pytest.mark.parametrize("gaps", [[], [0.1], [np.nan, 0.1]])
def test_under_two_pairs_there_is_no_p(gaps: list[float]) -> None:
    sums = paired(np.array([gaps]))
    assert np.isnan([sums.p, sums.half_width, sums.p_within(np.array([1.0]))]).all()


def test_two_one_sided_tests_are_scipys() -> None:
    gaps, margin = GAPS[0, 0], 1.5
    sides = [
        stats.ttest_1samp(gaps, -margin, alternative="greater").pvalue,
        stats.ttest_1samp(gaps, margin, alternative="less").pvalue,
    ]
    assert paired(gaps).p_within(np.array(margin)) == pytest.approx(max(sides))


def test_equal_within_is_a_90_percent_interval_within_the_margin() -> None:
    sums = paired(GAPS)
    half = stats.t.ppf(0.95, 7) * sums.deviation / np.sqrt(8)
    is_inside = (np.abs(sums.mean) + half) < 1.2
    assert ((sums.p_within(np.array(1.2)) < 0.05) == is_inside).all()
    assert 0 < is_inside.mean() < 1


def test_equal_differences_are_as_sure_of_a_margin_as_their_signs() -> None:
    within = paired(np.full((2, 6), [[0.01], [0.3]])).p_within(np.array(0.1))
    assert within == pytest.approx([0.5**6, 1.0])


def test_without_a_margin_nothing_is_within() -> None:
    assert np.isnan(paired(GAPS).p_within(np.array(np.nan))).all()

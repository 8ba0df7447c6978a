"""Intervals that hold at all numbers of repetitions at once, and what they decide."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, stats

from albench.analysis.anytime import EFFECT, follow, intervals

LEVEL = 0.05


def bayes_factor(gaps: np.ndarray, mean: float) -> float:
    """Return the Bayes factor against a mean: the likelihood of t, averaged over the effects."""
    n = len(gaps)
    t = (gaps.mean() - mean) / gaps.std(ddof=1) * np.sqrt(n)

    def likelihood(effect: float) -> float:
        density = stats.nct.pdf(t, n - 1, effect * np.sqrt(n))
        return float(density * stats.norm.pdf(effect, scale=EFFECT))

    return float(integrate.quad(likelihood, -8, 8, limit=200)[0] / stats.t.pdf(t, n - 1))


@pytest.mark.parametrize("n", [8, 15, 40])
def test_an_interval_ends_where_the_bayes_factor_is_one_by_the_level(n: int) -> None:
    gaps = np.random.default_rng(n).normal(0.3, 1.0, n)
    low, high = (ends[-1] for ends in intervals(gaps, LEVEL))
    assert bayes_factor(gaps, low) == pytest.approx(1 / LEVEL, rel=1e-3)
    assert bayes_factor(gaps, high) == pytest.approx(1 / LEVEL, rel=1e-3)


def test_looking_after_every_repetition_misses_no_more_often_than_the_level() -> None:
    gaps = np.random.default_rng(2).standard_normal((2000, 200))
    seen = follow(gaps, np.nan, LEVEL)
    missed = float(((seen.low > 0) | (seen.high < 0)).mean())
    assert missed <= LEVEL + 3 * np.sqrt(LEVEL * (1 - LEVEL) / 2000)
    assert missed > 0.01  # or it would not be worth its width


def test_no_interval_is_known_with_few_repetitions() -> None:
    low, high = intervals(np.array([1.0, 1.1, 0.9, 1.2, 1.0]), LEVEL)
    assert np.isneginf(low).all()
    assert np.isposinf(high).all()
    assert follow(np.array([1.0, 1.1]), 0.1, LEVEL).verdict == "too few repetitions"


def test_large_spreadless_numbers_do_not_lose_their_spread() -> None:
    gaps = np.random.default_rng(3).normal(0, 1e-3, 30)
    near, far = intervals(gaps, LEVEL), intervals(gaps + 1e3, LEVEL)
    assert far[0][-1] - 1e3 == pytest.approx(near[0][-1], abs=1e-9)


def test_each_verdict_is_reached_and_kept() -> None:
    rng = np.random.default_rng(4)
    noise = rng.normal(0, 0.01, 40)
    gaps = np.stack([noise + 0.1, noise - 0.1, noise, 10 * noise])
    seen = follow(gaps, np.array([0.05, 0.05, 0.05, 0.001]), LEVEL)
    assert seen.verdict.tolist() == ["better", "worse", "equal", "undecided"]
    assert np.isnan(seen.n_decided).tolist() == [False, False, False, True]
    for i in range(3):
        first = int(seen.n_decided[i])
        assert follow(gaps[i, :first], 0.05, LEVEL).verdict == seen.verdict[i]
        assert follow(gaps[i, : first - 1], 0.05, LEVEL).verdict in (
            "undecided",
            "too few repetitions",
        )


def test_what_was_decided_stays_so_though_later_repetitions_contradict() -> None:
    rng = np.random.default_rng(5)
    gaps = np.concatenate([rng.normal(1.0, 0.1, 12), rng.normal(-1.0, 0.1, 40)])
    assert follow(gaps[:12], np.nan, LEVEL).verdict == "better"
    assert follow(gaps, np.nan, LEVEL).verdict == "better"


def test_equal_differences_are_worth_their_signs() -> None:
    assert follow(np.zeros(6), 0.01, LEVEL).verdict == "equal"  # 2 / 2^6 is under 0.05
    assert follow(np.zeros(6), 0.01, 0.01).verdict == "undecided"
    assert follow(np.zeros(8), 0.01, 0.01).verdict == "equal"
    assert follow(np.full(8, 0.3), 0.01, 0.01).verdict == "better"


def test_repetitions_without_a_partner_count_for_nothing() -> None:
    gaps = np.random.default_rng(6).normal(0.5, 0.2, 20)
    holes = np.insert(gaps, [3, 11], np.nan)
    whole, holed = follow(gaps, 0.1, LEVEL), follow(holes, 0.1, LEVEL)
    assert (holed.n, holed.low, holed.high) == (whole.n, whole.low, whole.high)
    assert holed.n_decided == whole.n_decided

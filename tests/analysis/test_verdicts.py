"""Better, worse, equal, undecided: each for its reason, and never without the correction."""

from __future__ import annotations

import numpy as np
import pytest

from albench.analysis.paired import paired
from albench.analysis.power import power_of, power_within, repetitions_needed
from albench.analysis.significance import holm
from albench.analysis.verdicts import Verdict, judge, more_repetitions

SHAPE = np.array([-1.0, 1.0, -0.5, 0.5, -1.2, 1.2])
MARGIN = 0.02


def gaps_of(*mean_and_spread: tuple[float, float]) -> np.ndarray:
    return np.array([mean + spread * SHAPE for mean, spread in mean_and_spread])


GAPS = gaps_of((0.1, 0.01), (-0.1, 0.01), (0.001, 0.002), (0.01, 0.05))
EVERYONE = np.full(4, fill_value=True)


def verdicts(gaps: np.ndarray, margin: float = MARGIN) -> list[str]:
    return list(judge(paired(gaps), np.array(margin), np.full(len(gaps), 1, bool))["verdict"])


def test_each_verdict_has_its_case() -> None:
    assert verdicts(GAPS) == [Verdict.BETTER, Verdict.WORSE, Verdict.EQUAL, Verdict.OPEN]


def test_a_sure_difference_that_is_too_small_to_matter_is_equal() -> None:
    small = gaps_of((0.01, 0.002))
    assert verdicts(small, margin=float("nan")) == [Verdict.BETTER]
    assert verdicts(small) == [Verdict.EQUAL]


def test_without_a_margin_nothing_is_equal() -> None:
    assert Verdict.EQUAL not in verdicts(GAPS, margin=float("nan"))


def test_equal_differences_have_no_interval_that_is_sure_of_anything() -> None:
    judged = judge(paired(np.full((1, 6), 0.1)), np.array(MARGIN), EVERYONE[:1])
    assert np.isnan(judged["all_low"].astype(float)).all()
    assert judged["verdict"] == [Verdict.BETTER]  # as sure as six signs alone: p = 0.031


def test_equality_is_corrected_over_the_family() -> None:
    alone = gaps_of((0.0, 0.022))
    assert verdicts(alone) == [Verdict.EQUAL]
    crowd = np.concatenate([alone, gaps_of(*[(0.01, 0.5)] * 30)])
    assert verdicts(crowd)[0] == Verdict.OPEN


def test_whoever_is_outside_or_has_few_pairs_gets_no_verdict() -> None:
    gaps = GAPS.copy()
    gaps[1, 0] = np.nan
    judged = judge(paired(gaps), np.array(MARGIN), np.array([False, True, True, True]))
    assert list(judged["verdict"][:2]) == [Verdict.OUTSIDE, Verdict.TOO_FEW]
    assert np.isnan(judged["p_holm"][:2].astype(float)).all()


def test_many_families_at_once_are_each_by_itself() -> None:
    both = np.stack([GAPS, GAPS[::-1] / 3])
    together = judge(paired(both), np.array(MARGIN), EVERYONE)
    for i in range(2):
        alone = judge(paired(both[i]), np.array(MARGIN), EVERYONE)
        assert (together["verdict"][i] == alone["verdict"]).all()
        for key in ("all_low", "p_holm", "p_equal"):
            assert together[key][i].tolist() == pytest.approx(alone[key].tolist())


def test_holm_of_rows_is_holm_of_each() -> None:
    p = np.array([[0.04, 0.01, 0.03], [np.nan, 0.6, 0.02]])
    assert holm(p).tolist()[0] == pytest.approx(holm(p[0]).tolist())
    assert holm(p).tolist()[1] == pytest.approx([np.nan, 0.6, 0.04], nan_ok=True)


def test_only_what_is_open_needs_more_repetitions() -> None:
    sums = paired(GAPS)
    judged = judge(sums, np.array(MARGIN), EVERYONE)
    more = more_repetitions(sums, np.full(4, MARGIN), judged["verdict"])
    assert np.isnan(more).tolist() == [True, True, True, False]
    assert more[3] >= 1


def test_so_many_more_repetitions_do_decide() -> None:
    rng = np.random.default_rng(0)
    sums = paired(gaps_of((0.03, 0.05)))
    judged = judge(sums, np.array(MARGIN), EVERYONE[:1])
    assert judged["verdict"] == [Verdict.OPEN]
    more = more_repetitions(sums, np.array([MARGIN]), judged["verdict"])
    n = int(sums.n[0] + more[0])
    drawn = rng.normal(sums.mean[0], sums.deviation[0], (2000, 1, n))
    later = judge(paired(drawn), np.array(MARGIN), EVERYONE[:1])["verdict"]
    assert 0.78 < (later == Verdict.BETTER).mean() < 0.86


def test_power_of_equality_is_what_a_simulation_finds() -> None:
    rng = np.random.default_rng(1)
    drawn = paired(rng.normal(0.2, 1.0, (4000, 30)))
    rate = (drawn.p_within(np.array(0.9)) < 0.05).mean()
    power = power_within(np.array([0.2]), np.array([0.9]), np.array([30]))[0]
    assert power == pytest.approx(rate, abs=0.02)


def test_the_fewest_repetitions_are_those_of_a_search_one_by_one() -> None:
    effects = np.array([0.3, 0.5, 1.0, 2.0])
    fewest = repetitions_needed(effects, np.ones(4))
    numbers = np.arange(6, 1001)
    slow = [numbers[np.argmax(power_of(effect, numbers) >= 0.8)] for effect in effects]
    assert fewest.tolist() == slow


def test_power_does_not_fall_where_the_noncentral_t_is_not_told() -> None:
    # SciPy gives no share below for centres around 37 and many degrees of freedom.
    effect, margin = np.array([-0.13]), np.array([1.1])
    fewest = repetitions_needed(effect, np.ones(1), 0.05 / 24, margin)
    numbers = np.arange(6, 1001)
    powers = power_within(effect, margin, numbers, 0.05 / 24)
    assert powers[-1] == pytest.approx(1.0)
    assert fewest.tolist() == [numbers[np.argmax(powers >= 0.8)]]
    assert power_of(np.array([1.2]), np.array([1000])) == pytest.approx(1.0)

"""Claims are judged by repetition and corrected together; undecided ones say what would decide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from albench.analysis.claims import ClaimStanding, judge, level_of, subjects_needed
from albench.analysis.power import repetitions_needed
from albench.spec.published import Claim, Point, Side

if TYPE_CHECKING:
    from collections.abc import Callable


COMMON: dict[str, Any] = {"cohort": "digits", "strategy": "all-labels", "budget": "tenth"}
COMMON |= {"at": "final"}


def side(strategy: str, at: Point = "area") -> Side:
    place = {"cohort": "digits", "model": "net", "budget": "tenth", "strategy": strategy}
    return Side(modalities=("a", "b"), at=at, **place)


def claim(better: str, than: str) -> Claim:
    return Claim(text="", source="", metric="accuracy", better=side(better), than=side(than))


@pytest.fixture
def rounds(make_rounds: Callable[..., pd.DataFrame]) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    gains = {"random": 0.0, "good": 0.3, "same": 0.0}
    curves = {
        (name, i): rng.normal(0.5 + gain, 0.02, 3).tolist()
        for name, gain in gains.items()
        for i in range(8)
    }
    return make_rounds(curves).assign(n_candidates=100)


@pytest.mark.parametrize(
    ("better", "than", "expected"),
    [
        ("good", "random", ClaimStanding.HOLDS),
        ("random", "good", ClaimStanding.OPPOSITE),
        ("same", "random", ClaimStanding.OPEN),
    ],
)
def test_a_claim_stands_as_its_difference_says(
    rounds: pd.DataFrame, better: str, than: str, expected: ClaimStanding
) -> None:
    (verdict,) = judge(rounds, [claim(better, than)])
    assert verdict.standing == expected


def test_five_repetitions_decide_nothing(rounds: pd.DataFrame) -> None:
    (verdict,) = judge(rounds[rounds["repetition"] < 5], [claim("good", "random")])
    assert verdict.standing == ClaimStanding.TOO_FEW


def test_claims_are_corrected_together(rounds: pd.DataFrame) -> None:
    one, other = judge(rounds, [claim("good", "random"), claim("same", "random")])
    assert one.p_holm == pytest.approx(2 * one.p)
    assert other.p_holm == pytest.approx(other.p)


def needed(difference: float, deviation: float, level: float = 0.05) -> float:
    return float(repetitions_needed(np.array([difference]), np.array([deviation]), level)[0])


def test_repetitions_needed_have_the_power() -> None:
    n = needed(0.5, 1.0)
    assert n == 34  # a textbook's number for an effect of one half

    def power(n: float) -> float:
        return float(stats.nct.sf(stats.t.ppf(0.975, n - 1), n - 1, 0.5 * np.sqrt(n)))

    assert power(n - 1) < 0.8 <= power(n)


def test_an_open_claim_needs_more_than_it_had(make_rounds: Callable[..., pd.DataFrame]) -> None:
    # Found alone, not among 81 claims: uncorrected, the six that it had would have been enough.
    gaps = np.array([0.04, 0.05, 0.06, 0.03, 0.07, 0.08])
    curves = {("random", i): [0.5] * 3 for i in range(6)}
    curves |= {("good", i): [0.5 + gap] * 3 for i, gap in enumerate(gaps.tolist())}
    rng = np.random.default_rng(0)
    names = [f"same{k}" for k in range(80)]
    curves |= {(name, i): [0.5 + rng.normal()] * 3 for name in names for i in range(6)}
    rounds = make_rounds(curves).assign(n_candidates=100)
    claims = [claim("good", "random"), *(claim(name, "random") for name in names)]
    verdict = judge(rounds, claims)[0]
    assert verdict.p < 0.05 < verdict.p_holm
    assert needed(float(gaps.mean()), float(gaps.std(ddof=1))) <= 6
    assert verdict.n_repetitions > 6


def test_the_level_is_that_of_the_claims_not_decided() -> None:
    standings = [
        ClaimStanding.HOLDS,
        ClaimStanding.OPEN,
        ClaimStanding.TOO_FEW,
        ClaimStanding.OPPOSITE,
    ]
    assert level_of(standings) == 0.025
    assert level_of([ClaimStanding.HOLDS]) == 0.05


def test_equal_differences_need_what_wilcoxon_can_tell() -> None:
    assert needed(0.1, 0.0) == 6
    assert needed(0.1, 0.0, 0.05 / 8) == 9  # 2 / 2 ** 9 < 0.00625


def test_correction_asks_for_more_subjects() -> None:
    assert subjects_needed(0.1, 0.05, 100, 0.05 / 15) > subjects_needed(0.1, 0.05, 100)


def test_the_other_model_is_not_credited_to_fusion(
    make_rounds: Callable[..., pd.DataFrame],
) -> None:
    def rounds(model: str, modalities: str, height: float, budget: str = "tenth") -> pd.DataFrame:
        curves = {("all-labels", i): [height + 0.01 * i] for i in range(6)}
        made = make_rounds(curves, n_labelled=(100,)).assign(n_candidates=100)
        return made.assign(model=model, modalities=modalities, budget=budget)

    fused = Side(**COMMON, model="fusion", modalities=("a", "b"))
    single = Side(**COMMON, model="net", modalities=("a",))
    asked = Claim(text="", source="", metric="accuracy", better=fused, than=single)
    both = [rounds("fusion", "a+b", 0.8), rounds("net", "a", 0.6)]
    (verdict,) = judge(pd.concat([*both, rounds("fusion", "a", 0.79, budget="other")]), [asked])
    assert verdict.difference == pytest.approx(0.2)
    assert verdict.alone is not None
    assert verdict.alone.value == pytest.approx(0.815)
    assert verdict.alone.difference == pytest.approx(0.01)
    (verdict,) = judge(pd.concat(both), [asked])
    assert verdict.alone is not None
    assert verdict.alone.n_pairs == 0


def test_what_differs_in_one_thing_needs_nothing_beside_it(rounds: pd.DataFrame) -> None:
    (verdict,) = judge(rounds, [claim("good", "random")])
    assert verdict.alone is None


def test_what_is_out_of_reach_is_infinite() -> None:
    assert needed(0.001, 1.0) == float("inf")
    assert subjects_needed(0.001, 1.0, 34) == float("inf")


def test_four_times_the_subjects_halve_what_can_be_told() -> None:
    assert subjects_needed(0.1, 0.05, 100) == pytest.approx(
        4 * subjects_needed(0.2, 0.05, 100), abs=3
    )

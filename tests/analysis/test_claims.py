"""Claims are judged by repetition, corrected together, and told what would decide them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy import stats

from albench.analysis.claims import Standing, judge, repetitions_needed, subjects_needed
from albench.analysis.published import Claim, Side

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd


def side(strategy: str, at: str | float = "area") -> Side:
    told = {"cohort": "digits", "model": "net", "budget": "tenth", "strategy": strategy}
    return Side(modalities=("a", "b"), at=at, **told)


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
        ("good", "random", Standing.HOLDS),
        ("random", "good", Standing.OPPOSITE),
        ("same", "random", Standing.OPEN),
    ],
)
def test_a_claim_stands_as_its_difference_says(
    rounds: pd.DataFrame, better: str, than: str, expected: Standing
) -> None:
    (found,) = judge(rounds, [claim(better, than)])
    assert found.standing == expected


def test_five_repetitions_decide_nothing(rounds: pd.DataFrame) -> None:
    (found,) = judge(rounds[rounds["repetition"] < 5], [claim("good", "random")])
    assert found.standing == Standing.TOO_FEW


def test_claims_are_corrected_together(rounds: pd.DataFrame) -> None:
    one, other = judge(rounds, [claim("good", "random"), claim("same", "random")])
    assert one.p_holm == pytest.approx(2 * one.p)
    assert other.p_holm == pytest.approx(other.p)


def test_repetitions_needed_have_the_power() -> None:
    n = repetitions_needed(0.5, 1.0)
    assert n == 34  # a textbook's number for an effect of one half

    def power(n: float) -> float:
        return float(stats.nct.sf(stats.t.ppf(0.975, n - 1), n - 1, 0.5 * np.sqrt(n)))

    assert power(n - 1) < 0.8 <= power(n)


def test_what_is_out_of_reach_is_infinite() -> None:
    assert repetitions_needed(0.001, 1.0) == float("inf")
    assert subjects_needed(0.001, 1.0, 34) == float("inf")


def test_four_times_the_subjects_halve_what_can_be_told() -> None:
    assert subjects_needed(0.1, 0.05, 100) == pytest.approx(
        4 * subjects_needed(0.2, 0.05, 100), abs=3
    )

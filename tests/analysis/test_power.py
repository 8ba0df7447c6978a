"""Which differences a number of repetitions can detect."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from albench.analysis.power import detectable, paired_deviations, power_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd


def test_half_a_deviation_is_found_in_under_one_of_a_hundred_blocks() -> None:
    # 7 strategies on 8 blocks, 6 repetitions: 48 comparisons.
    assert power_of(0.5, np.array([6]), 0.05 / 48)[0] < 0.01


def test_power_is_what_a_simulation_finds() -> None:
    rng = np.random.default_rng(0)
    gaps = 0.8 + rng.standard_normal((20_000, 12))
    t = np.sqrt(12) * gaps.mean(axis=1) / gaps.std(axis=1, ddof=1)
    rate = np.mean(t > 2.201)  # t of 11 degrees, two-sided 0.05
    assert power_of(0.8, np.array([12]))[0] == pytest.approx(rate, abs=0.015)


@pytest.mark.parametrize(("n", "level"), [(6, 0.05), (6, 0.05 / 48), (10, 0.05 / 441), (80, 0.05)])
def test_what_can_be_detected_has_the_power(n: int, level: float) -> None:
    effect = detectable(n, level)
    assert power_of(effect, np.array([n]), level)[0] == pytest.approx(0.8)


def test_under_six_repetitions_nothing_can_be_detected() -> None:
    assert detectable(5) == float("inf")


def test_spreads_are_of_paired_differences(make_areas: Callable[..., pd.DataFrame]) -> None:
    gain = np.array([0.1, 0.2, 0.6])
    areas = make_areas({"a": gain, "b": gain / 2}, np.array([0.3, 0.9, 0.1]))
    expected = [gain.std(ddof=1), gain.std(ddof=1) / 2]
    assert paired_deviations(areas) == pytest.approx(expected)
    assert len(paired_deviations(areas[areas["strategy"] != "random"])) == 0

"""Intervals of a family hold for all of it at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy import stats

from albench.analysis.comparison import against_random
from albench.analysis.simultaneous import widening
from albench.analysis.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd


def test_a_family_of_one_is_no_wider() -> None:
    assert widening(np.array([6.0, 10.0]), 1) == pytest.approx(1.0)


def test_the_width_is_sidaks() -> None:
    each = 0.95 ** (1 / 48)
    expected = stats.t.ppf(1 - (1 - each) / 2, 5) / stats.t.ppf(0.975, 5)
    assert widening(np.array([6.0]), 48)[0] == pytest.approx(expected)
    assert expected > 2.5


def test_one_pair_has_no_interval() -> None:
    assert np.isnan(widening(np.array([1.0]), 3)).all()


def test_the_best_of_fifty_that_are_equal_is_covered_as_often_as_is_said(
    make_areas: Callable[..., pd.DataFrame],
) -> None:
    rng = np.random.default_rng(3)
    own = wide = 0
    for _ in range(40):
        gains = {f"s{i}": rng.normal(0, 1, 6) for i in range(49)}
        compared = against_random(make_areas(gains, rng.normal(0, 1, 6)))
        best = compared.sort_values("difference").iloc[-1]
        own += best["low"] <= 0 <= best["high"]
        wide += best["all_low"] <= 0 <= best["all_high"]
    assert own < 34  # of 40; 38 would be 95 %
    assert wide >= 36


def test_what_is_outside_the_family_changes_neither_correction_nor_width(
    make_areas: Callable[..., pd.DataFrame],
) -> None:
    rng = np.random.default_rng(3)
    gains = {name: rng.normal(0.1, 0.1, 8) for name in ("a", "b", "oracle")}
    base = rng.normal(0.7, 0.1, 8)
    compared = against_random(make_areas(gains, base), outside=["oracle"]).set_index("strategy")
    del gains["oracle"]
    alone = against_random(make_areas(gains, base)).set_index("strategy")
    assert compared.drop("oracle").equals(alone)
    assert compared.loc["oracle", "verdict"] == Verdict.OUTSIDE
    assert compared.loc["oracle", ["p_holm", "all_low", "all_high"]].isna().all()
    assert compared["p"].notna().all()  # it is measured all the same

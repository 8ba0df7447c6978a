"""Thirds of the budget, curves that cross, and blocks that are flat."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from albench.analysis.along_the_budget import by_third, crossings, third_areas
from albench.analysis.saturation import flat_blocks
from albench.analysis.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    Rounds = Callable[..., pd.DataFrame]

SIZES = (10, 20, 30, 40)


def rounds_of(
    make_rounds: Rounds, esd: list[float], random: list[float], noise: float = 0.003, n: int = 8
) -> pd.DataFrame:
    rng = np.random.default_rng(4)
    curves = {
        (name, i): (np.array(heights) + rng.normal(0, noise, 4)).tolist()
        for name, heights in (("esd", esd), ("random", random))
        for i in range(n)
    }
    return make_rounds(curves, n_labelled=SIZES)


def test_thirds_of_a_curve_by_hand(make_rounds: Rounds) -> None:
    rounds = make_rounds({("random", 0): [0.0, 1.0]}, n_labelled=(0, 30))
    assert third_areas(rounds, "accuracy")[["low", "middle", "high"]].iloc[0].tolist() == (
        pytest.approx([1 / 6, 1 / 2, 5 / 6])
    )


def test_thirds_average_to_the_area(make_rounds: Rounds) -> None:
    rounds = make_rounds({("random", 0): [0.2, 0.9, 0.4]}, n_labelled=(10, 17, 40))
    thirds = third_areas(rounds, "accuracy")[["low", "middle", "high"]].iloc[0]
    trapezoids = (7 * (0.2 + 0.9) + 23 * (0.9 + 0.4)) / 2 / 30
    assert thirds.mean() == pytest.approx(trapezoids)


def test_what_is_gained_late_is_found_late(make_rounds: Rounds) -> None:
    rounds = rounds_of(make_rounds, [0.5, 0.6, 0.8, 0.95], [0.5, 0.6, 0.7, 0.8])
    table = by_third(third_areas(rounds, "accuracy"), margins={"digits": 0.02})
    verdicts = table.set_index("other")["verdict"].to_dict()
    assert verdicts == {"low": Verdict.EQUAL, "middle": Verdict.BETTER, "high": Verdict.BETTER}


def test_a_crossing_needs_both_sides(make_rounds: Rounds) -> None:
    crossing = rounds_of(make_rounds, [0.5, 0.55, 0.7, 0.9], [0.5, 0.6, 0.7, 0.8])
    (crossed,) = crossings(crossing, "accuracy")
    assert (crossed.strategy, crossed.worse, crossed.better) == ("esd", (20.0,), (40.0,))
    above = rounds_of(make_rounds, [0.5, 0.65, 0.7, 0.9], [0.5, 0.6, 0.7, 0.8])
    assert list(crossings(above, "accuracy")) == []


def test_noise_does_not_cross(make_rounds: Rounds) -> None:
    noisy = rounds_of(make_rounds, [0.7] * 4, [0.7] * 4, noise=0.1)
    assert list(crossings(noisy, "accuracy")) == []


@pytest.mark.parametrize(
    ("random", "noise", "n", "is_flat"),
    [
        ([0.5, 0.6, 0.7, 0.8], 0.003, 8, False),
        ([0.8, 0.8, 0.8, 0.8], 0.05, 8, True),
        ([0.8, 0.7, 0.6, 0.5], 0.003, 8, True),
        ([0.8, 0.8, 0.8, 0.8], 0.05, 5, False),
    ],
    ids=["rises", "flat", "falls", "too few to say"],
)
def test_a_block_is_flat_where_random_does_not_surely_rise(
    make_rounds: Rounds, random: list[float], noise: float, n: int, *, is_flat: bool
) -> None:
    rounds = rounds_of(make_rounds, [0.5, 0.9, 0.9, 0.9], random, noise, n)
    assert bool(flat_blocks(rounds, "accuracy")) == is_flat

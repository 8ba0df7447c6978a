"""Pairs of strategies: which, and in which blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from albench.analysis.comparison import across_blocks, against_random, by_block, over_blocks
from albench.analysis.equal_picks import called
from albench.analysis.head_to_head import all_pairs, best_few, neighbours
from albench.analysis.score_cube import cube
from albench.analysis.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    Areas = Callable[..., pd.DataFrame]

RNG = np.random.default_rng(5)
BASE = RNG.normal(0.7, 0.05, 8)
NOISE = RNG.normal(0.0, 0.004, 8)


def two_blocks(make_areas: Areas) -> pd.DataFrame:
    one = make_areas({"a": 0.05 + NOISE, "b": NOISE, "c": 0.02 - NOISE}, BASE)
    two = make_areas({"a": 0.01 - NOISE, "b": -NOISE}, BASE, cohort="liver")
    return pd.concat([one, two])


def test_a_pair_is_compared_where_both_have_cells(make_areas: Areas) -> None:
    scores = cube(two_blocks(make_areas), "area")
    each = by_block(scores, [("a", "b"), ("a", "c")])
    assert list(each["cohort"]) == ["digits", "digits", "liver"]
    mean = over_blocks(scores, [("a", "b"), ("a", "c")]).set_index("other")
    assert mean["n_blocks"].to_dict() == {"b": 2, "c": 1}
    assert mean.loc["b", "difference"] == pytest.approx(0.03)


def test_random_as_the_other_is_the_comparison_with_random(make_areas: Areas) -> None:
    areas = two_blocks(make_areas)
    pairs = [(name, "random") for name in "abc"]
    ours = by_block(cube(areas, "area"), pairs).drop(columns="other")
    pd.testing.assert_frame_equal(ours, against_random(areas))


def test_turned_around_a_pair_has_the_other_sign(make_areas: Areas) -> None:
    scores = cube(two_blocks(make_areas), "area")
    one, other = (over_blocks(scores, [pair]).iloc[0] for pair in (("a", "b"), ("b", "a")))
    assert one["difference"] == pytest.approx(-other["difference"])
    assert one["p"] == pytest.approx(other["p"])
    assert (one["verdict"], other["verdict"]) == (Verdict.BETTER, Verdict.WORSE)


def test_the_best_few_have_all_blocks_and_may_be_random(make_areas: Areas) -> None:
    overall = across_blocks(two_blocks(make_areas))
    assert best_few(overall, n=2) == ["a", "b"]  # c, which has one block, is not among them
    losing = make_areas({"a": -0.1 + NOISE, "b": 0.1 + NOISE}, BASE)
    assert best_few(across_blocks(losing)) == ["b", "random", "a"]


def test_no_oracle_is_among_the_best(make_areas: Areas) -> None:
    overall = across_blocks(two_blocks(make_areas), outside=["a"])
    assert "a" not in best_few(overall)


def test_pairs_and_neighbours_are_each_once() -> None:
    assert all_pairs("abc") == [("a", "b"), ("a", "c"), ("b", "c")]
    assert neighbours("abc") == [("a", "b"), ("b", "c")]


def test_strategies_that_are_counted_once_are_named_once() -> None:
    groups = [("entropy", "twin"), ("random", "lazy")]
    assert called(["twin", "badge", "entropy", "lazy"], groups) == [
        *("entropy = twin", "badge", "random"),
    ]


def test_margins_of_an_average_are_the_mean_over_its_blocks(make_areas: Areas) -> None:
    areas = two_blocks(make_areas)
    compared = across_blocks(areas, margins={"digits": 0.02, "liver": 0.04}).set_index("strategy")
    assert compared["margin"].to_dict() == pytest.approx({"a": 0.03, "b": 0.03, "c": 0.02})

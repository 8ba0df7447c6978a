"""The best scores are picked, ties fairly and NaN last, as a full sort would."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from albench.api import top

SCORES = st.lists(
    st.sampled_from([0.0, 1.0, 2.0, -1.0, float("inf"), -float("inf")]) | st.floats(-5, 5),
    max_size=30,
)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@given(SCORES, st.integers(0, 40), st.integers(0, 5))
@settings(derandomize=True, deadline=None, max_examples=80)
def test_picks_are_distinct_and_carry_the_best_scores_in_order(
    scores: list[float], n: int, seed: int
) -> None:
    picks = top(scores, n, rng(seed))
    assert len(set(picks.tolist())) == len(picks) == min(n, len(scores))
    assert [scores[pick] for pick in picks] == sorted(scores, reverse=True)[:n]


def test_the_best_comes_first() -> None:
    assert top([0.1, 0.9, 0.5], 3, rng()).tolist() == [1, 2, 0]


@pytest.mark.parametrize("n", [3, 5])
def test_more_than_there_are_gives_all(n: int) -> None:
    assert sorted(top([1.0, 2.0, 3.0], n, rng()).tolist()) == [0, 1, 2]


@pytest.mark.parametrize("scores", [[], [1.0, 2.0]])
def test_none_of_anything_is_an_empty_array_of_positions(scores: list[float]) -> None:
    picks = top(scores, 0, rng())
    assert picks.shape == (0,)
    assert picks.dtype == np.intp


def test_nan_comes_after_every_number() -> None:
    assert top([np.nan, -1e308, np.nan, 3.0], 2, rng()).tolist() == [3, 1]


def test_scores_that_are_all_nan_still_give_picks() -> None:
    assert sorted(top([np.nan] * 4, 4, rng()).tolist()) == [0, 1, 2, 3]


def test_one_generator_gives_one_answer() -> None:
    assert top([1.0] * 50, 10, rng(3)).tolist() == top([1.0] * 50, 10, rng(3)).tolist()


def test_ties_are_broken_without_favour() -> None:
    picks = np.concatenate([top([1.0] * 10, 2, rng(seed)) for seed in range(2000)])
    counts = np.bincount(picks, minlength=10)
    assert abs(counts - 400).max() < 80  # of 4000 picks; the standard deviation is 18


def test_a_tie_at_the_end_is_broken_without_favour() -> None:
    last = [top([9.0, *[1.0] * 10], 2, rng(seed))[1] for seed in range(2000)]
    assert abs(np.bincount(last, minlength=11)[1:] - 200).max() < 60


def test_scores_may_be_whole_numbers_or_truth_values() -> None:
    assert top(np.array([False, True]), 1, rng()).tolist() == [1]
    assert top(np.array([3, 9, 4]), 1, rng()).tolist() == [1]


def test_scores_are_left_as_they_were() -> None:
    scores = np.array([np.nan, 2.0, 1.0])
    top(scores, 2, rng())
    np.testing.assert_array_equal(scores, [np.nan, 2.0, 1.0])

"""Learning curves: joining, pairing, averaging, and the uncertainty of the mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from albench.analysis import curves
from albench.analysis.curves import BLOCK

if TYPE_CHECKING:
    from collections.abc import Callable


def test_interval_is_students_of_the_mean() -> None:
    values = np.array([0.7, 0.8, 0.75, 0.9])
    expected = stats.t.interval(0.95, 3, loc=values.mean(), scale=stats.sem(values))
    assert curves.mean_interval(values) == pytest.approx((values.mean(), *expected))


def test_interval_of_one_value_is_unknown() -> None:
    mean, low, high = curves.mean_interval(np.array([0.5]))
    assert mean == 0.5
    assert np.isnan([low, high]).all()


def test_interval_of_nothing_is_unknown() -> None:
    assert np.isnan(curves.mean_interval(np.array([]))).all()


def test_interval_covers_the_truth_as_often_as_it_says() -> None:
    draws = np.random.default_rng(0).normal(size=(500, 6))
    intervals = np.array([curves.mean_interval(draw) for draw in draws])
    covered = np.mean((intervals[:, 1] <= 0) & (intervals[:, 2] >= 0))
    assert 0.92 <= covered <= 0.98


def test_only_cells_that_succeeded_are_joined() -> None:
    cells = pd.DataFrame({"cell": ["a", "b"], "repetition": 0, "status": ["ok", "timeout"]})
    cells[[*BLOCK, "strategy"]] = "x"
    scores = pd.DataFrame({"cell": ["a", "a", "b"], "round": [0, 1, 0]})
    assert curves.joined(cells, scores)["cell"].tolist() == ["a", "a"]


def test_curve_is_the_mean_of_each_round(make_rounds: Callable[..., pd.DataFrame]) -> None:
    rounds = make_rounds({("esd", 0): [0.1, 0.2, 0.3], ("esd", 1): [0.3, 0.4, 0.5]})
    table = curves.learning_curves(rounds, "accuracy")
    assert table["mean"].tolist() == pytest.approx([0.2, 0.3, 0.4])
    assert table["n_labelled"].tolist() == [10, 20, 40]


def test_a_block_whose_model_is_trained_once_has_no_curve(
    make_rounds: Callable[..., pd.DataFrame],
) -> None:
    bought = make_rounds({("random", 0): [0.1, 0.2]})
    once = make_rounds({("random", 0): [0.3]}).assign(model="once")
    buying = curves.of_buying_blocks(pd.concat([bought, once]))
    assert buying["accuracy"].tolist() == [0.1, 0.2]


def test_a_round_that_few_have_says_so(make_rounds: Callable[..., pd.DataFrame]) -> None:
    rounds = make_rounds({("esd", 0): [0.1, 0.2, 0.3], ("esd", 1): [0.3, 0.4]})
    assert curves.learning_curves(rounds, "accuracy")["n"].tolist() == [2, 2, 1]


def test_a_round_that_less_than_half_have_is_not_drawn(
    make_rounds: Callable[..., pd.DataFrame],
) -> None:
    rounds = make_rounds({("esd", i): [0.1, 0.2, 0.3][: 3 - (i > 0)] for i in range(3)})
    lines = curves.learning_curves(rounds, "accuracy")
    assert lines["n"].tolist() == [3, 3, 1]
    assert curves.of_most_repetitions(lines)["n"].tolist() == [3, 3]


def test_an_unknown_score_is_not_counted(make_rounds: Callable[..., pd.DataFrame]) -> None:
    rounds = make_rounds({("esd", 0): [0.1, 0.2, 0.3], ("esd", 1): [0.3, np.nan, 0.5]})
    table = curves.learning_curves(rounds, "accuracy")
    assert table["n"].tolist() == [2, 1, 2]
    assert table["mean"].tolist() == pytest.approx([0.2, 0.2, 0.4])


def test_difference_is_to_random_of_the_same_repetition(
    make_rounds: Callable[..., pd.DataFrame],
) -> None:
    rounds = make_rounds(
        {("random", 0): [0.1], ("random", 1): [0.5], ("esd", 1): [0.6], ("esd", 0): [0.3]}
    )
    differences = curves.differences_to_random(rounds, "accuracy").set_index("repetition")[
        "accuracy"
    ]
    assert differences.to_dict() == pytest.approx({0: 0.2, 1: 0.1})


def test_a_repetition_without_random_has_no_difference(
    make_rounds: Callable[..., pd.DataFrame],
) -> None:
    rounds = make_rounds({("random", 0): [0.1], ("esd", 1): [0.6], ("all-labels", 0): [0.9]})
    assert curves.differences_to_random(rounds, "accuracy").empty

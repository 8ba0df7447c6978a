"""Areas and prices in labels, by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from albench.analysis.efficiency import area, cell_efficiency

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd


@pytest.fixture
def price(
    make_rounds: Callable[..., pd.DataFrame],
) -> Callable[[Mapping[tuple[str, int], Sequence[float]]], dict[str, Any]]:
    """The efficiency of strategy esd's repetition 0, among other curves."""

    def price(curves: Mapping[tuple[str, int], Sequence[float]]) -> dict[str, Any]:
        table = cell_efficiency(make_rounds(curves), "accuracy")
        row = table[(table["strategy"] == "esd") & (table["repetition"] == 0)]
        return {str(key): value for key, value in row.iloc[0].items()}

    return price


def test_area_is_the_mean_height_over_the_labels() -> None:
    # Trapezoids of 10 x 0.3 and 20 x 0.6, over 30 labels.
    assert area(np.array([10.0, 20.0, 40.0]), np.array([0.2, 0.4, 0.8])) == pytest.approx(0.5)


def test_area_of_a_flat_curve_is_its_height() -> None:
    assert area(np.array([10.0, 20.0, 45.0]), np.full(3, 0.7)) == pytest.approx(0.7)


def test_area_of_one_round_is_its_height() -> None:
    assert area(np.array([10.0]), np.array([0.6])) == 0.6


def test_area_with_an_unknown_height_is_unknown() -> None:
    assert np.isnan(area(np.array([10.0, 20.0]), np.array([0.6, np.nan])))


def test_rounds_count_in_their_order_not_in_that_of_rows(
    make_rounds: Callable[..., pd.DataFrame],
) -> None:
    rounds = make_rounds({("esd", 0): [0.2, 0.4, 0.8]})
    table = cell_efficiency(rounds.iloc[::-1], "accuracy")
    assert table["area"].tolist() == pytest.approx([0.5])
    assert table["final"].tolist() == [0.8]


def test_labels_are_those_of_the_first_round_at_the_goal(price: Callable[..., Any]) -> None:
    priced = price({("esd", 0): [0.2, 0.95, 0.9], ("all-labels", 0): [1.0]})
    assert priced["goal"] == pytest.approx(0.95)
    assert priced["labels"] == 20


def test_labels_are_unknown_if_the_goal_is_not_reached(price: Callable[..., Any]) -> None:
    priced = price({("esd", 0): [0.2, 0.3, 0.94], ("all-labels", 0): [1.0]})
    assert np.isnan(priced["labels"])
    assert priced["goal"] == pytest.approx(0.95)


def test_the_goal_is_of_the_same_repetition(price: Callable[..., Any]) -> None:
    priced = price({("esd", 0): [0.5, 0.6, 0.7], ("all-labels", 1): [0.5], ("esd", 1): [0.1]})
    assert np.isnan(priced["goal"])
    assert np.isnan(priced["labels"])


def test_the_reference_has_no_efficiency(make_rounds: Callable[..., pd.DataFrame]) -> None:
    assert cell_efficiency(make_rounds({("all-labels", 0): [0.9]}), "accuracy").empty

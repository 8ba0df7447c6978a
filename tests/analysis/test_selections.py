"""Selections are compared with the whole pool."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from albench.analysis.selections import marked_purchases

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd


@pytest.fixture
def shares(make_rounds: Callable[..., pd.DataFrame]) -> pd.DataFrame:
    curves = {("esd", i): (0.5, 0.6, 0.7) for i in range(3)}
    rounds = make_rounds(curves, n_labelled=(10, 30, 50)).assign(n_candidates=100)
    marks = rounds[["cell", "round"]].assign(mark="failed", n_train=20)
    return marked_purchases(rounds, marks.assign(n_picked=marks["round"].map({0: 3, 1: 8, 2: 0})))


def test_the_share_is_of_what_was_bought_after_the_first_labels(shares: pd.DataFrame) -> None:
    assert shares["point"].tolist() == ["0.3", "0.5", "final"]
    assert shares["share"].tolist() == pytest.approx([0.4, 0.2, 0.2])


def test_the_ratio_is_to_the_share_in_the_training_part(shares: pd.DataFrame) -> None:
    assert shares["ratio"].tolist() == pytest.approx([2.0, 1.0, 1.0])


def test_the_interval_is_over_repetitions(shares: pd.DataFrame) -> None:
    row = shares[shares["point"] == "0.3"].iloc[0]
    assert (row["low"], row["high"], row["n"]) == pytest.approx((2.0, 2.0, 3))

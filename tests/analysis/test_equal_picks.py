"""Strategies that pick the same are found by their picks, and count once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

from albench.analysis.curves import BLOCK
from albench.analysis.equal_picks import counted_once, find_groups

if TYPE_CHECKING:
    from collections.abc import Callable

    MakeRounds = Callable[..., pd.DataFrame]

CURVE = (0.5, 0.6, 0.7)
OTHER = (0.5, 0.6, 0.8)


@pytest.fixture
def rounds(make_rounds: MakeRounds) -> pd.DataFrame:
    """Rounds of three strategies with the same scores, and of one with others."""
    curves = {(name, i): CURVE for name in ("entropy", "capped", "margin") for i in range(3)}
    return make_rounds(curves | {("random", i): OTHER for i in range(3)})


def cells_of(rounds: pd.DataFrame, **picks: str) -> pd.DataFrame:
    """Return the cells of rounds; picks are given by strategy, and ``p`` elsewhere."""
    cells = rounds[["cell", *BLOCK, "strategy", "repetition"]].drop_duplicates()
    return cells.assign(picks_hash=[picks.get(name, "p") for name in cells["strategy"]])


def test_equal_picks_are_a_group(rounds: pd.DataFrame) -> None:
    cells = cells_of(rounds, margin="q", random="r")
    assert find_groups(cells, rounds) == [("capped", "entropy")]


def test_equal_scores_are_no_equal_picks(rounds: pd.DataFrame) -> None:
    cells = cells_of(rounds, entropy="a", capped="b", margin="c", random="d")
    assert find_groups(cells, rounds) == []


def test_picks_that_differ_once_are_no_group(rounds: pd.DataFrame) -> None:
    cells = cells_of(rounds, random="r")
    is_one = (cells["strategy"] == "margin") & (cells["repetition"] == 2)
    cells = cells.assign(picks_hash=cells["picks_hash"].mask(is_one, "q"))
    assert find_groups(cells, rounds) == [("capped", "entropy")]


def test_those_equal_on_one_block_of_two_are_no_group(make_rounds: MakeRounds) -> None:
    first = make_rounds({(name, 0): CURVE for name in ("entropy", "margin")})
    second = make_rounds({("entropy", 0): CURVE, ("margin", 0): OTHER}, cohort="liver")
    rounds = pd.concat([first, second])
    cells = cells_of(rounds)
    is_other = (cells["cohort"] == "liver") & (cells["strategy"] == "margin")
    cells = cells.assign(picks_hash=cells["picks_hash"].mask(is_other, "q"))
    assert find_groups(cells, rounds) == []
    assert find_groups(cells_of(first), first) == [("entropy", "margin")]


def test_those_planned_in_other_blocks_are_no_group(make_rounds: MakeRounds) -> None:
    first = make_rounds({(name, 0): CURVE for name in ("entropy", "margin")})
    rounds = pd.concat([first, make_rounds({("entropy", 0): CURVE}, cohort="liver")])
    assert find_groups(cells_of(rounds), rounds) == []


def test_first_labels_alone_are_no_picks(make_rounds: MakeRounds) -> None:
    rounds = make_rounds({(name, 0): CURVE for name in ("entropy", "margin")}, n_labelled=(10,))
    assert find_groups(cells_of(rounds), rounds) == []


def test_a_cell_that_failed_does_not_part_a_group(rounds: pd.DataFrame) -> None:
    lost = (rounds["strategy"] == "capped") & (rounds["repetition"] == 0)
    cells = cells_of(rounds, random="r")
    groups = find_groups(cells, rounds[~lost])
    assert groups == [("capped", "entropy", "margin")]
    once = counted_once(rounds[~lost], groups)
    joint = once[once["strategy"] == "capped = entropy = margin"]
    assert sorted(joint["repetition"].unique()) == [0, 1, 2]
    assert len(joint) == 9  # three rounds each
    assert set(joint.loc[joint["repetition"] == 1, "cell"]) == {"digits-capped-1"}


def test_what_picks_as_random_does_is_random(rounds: pd.DataFrame) -> None:
    groups = find_groups(cells_of(rounds), rounds, apart=["margin"])
    assert groups == [("random", "capped", "entropy")]
    assert set(counted_once(rounds, groups)["strategy"]) == {"random", "margin"}

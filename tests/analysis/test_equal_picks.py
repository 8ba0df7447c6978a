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
    """Return the cells of rounds; picks are given by strategy."""
    cells = rounds[["cell", *BLOCK, "strategy", "repetition"]].drop_duplicates()
    return cells.assign(picks_hash=[picks.get(name, "") for name in cells["strategy"]])


def test_equal_picks_are_a_group(rounds: pd.DataFrame) -> None:
    cells = cells_of(rounds, entropy="p", capped="p", margin="q", random="r")
    assert find_groups(cells, rounds) == [("capped", "entropy")]


def test_equal_scores_stand_for_picks_that_are_not_known(rounds: pd.DataFrame) -> None:
    assert find_groups(cells_of(rounds), rounds) == [("capped", "entropy", "margin")]
    assert find_groups(cells_of(rounds).drop(columns="picks_hash"), rounds) == [
        ("capped", "entropy", "margin")
    ]


def test_scores_that_differ_once_are_not_find_groups(rounds: pd.DataFrame) -> None:
    is_one = (rounds["strategy"] == "margin") & (rounds["repetition"] == 2)
    changed = rounds.assign(accuracy=rounds["accuracy"] + 1e-6 * (is_one & (rounds["round"] == 2)))
    assert find_groups(cells_of(changed), changed) == [("capped", "entropy")]


def test_those_equal_on_one_block_of_two_are_not_find_groups(make_rounds: MakeRounds) -> None:
    first = make_rounds({(name, 0): CURVE for name in ("entropy", "margin")})
    second = make_rounds({("entropy", 0): CURVE, ("margin", 0): OTHER}, cohort="liver")
    rounds = pd.concat([first, second])
    assert find_groups(cells_of(rounds), rounds) == []
    assert find_groups(cells_of(first), first) == [("entropy", "margin")]


def test_those_planned_in_other_blocks_are_not_find_groups(make_rounds: MakeRounds) -> None:
    first = make_rounds({(name, 0): CURVE for name in ("entropy", "margin")})
    rounds = pd.concat([first, make_rounds({("entropy", 0): CURVE}, cohort="liver")])
    assert find_groups(cells_of(rounds), rounds) == []


def test_first_labels_alone_are_no_picks(make_rounds: MakeRounds) -> None:
    rounds = make_rounds({(name, 0): CURVE for name in ("entropy", "margin")}, n_labelled=(10,))
    assert find_groups(cells_of(rounds), rounds) == []


def test_a_cell_that_failed_does_not_part_a_group(rounds: pd.DataFrame) -> None:
    lost = (rounds["strategy"] == "capped") & (rounds["repetition"] == 0)
    cells = cells_of(rounds)
    groups = find_groups(cells, rounds[~lost])
    assert groups == [("capped", "entropy", "margin")]
    once = counted_once(rounds[~lost], groups)
    joint = once[once["strategy"] == "capped = entropy = margin"]
    assert sorted(joint["repetition"].unique()) == [0, 1, 2]
    assert len(joint) == 9  # three rounds each
    assert set(joint.loc[joint["repetition"] == 1, "cell"]) == {"digits-capped-1"}


def test_what_picks_as_random_does_is_random(rounds: pd.DataFrame) -> None:
    same = rounds.assign(accuracy=0.5)
    groups = find_groups(cells_of(same), same, apart=["margin"])
    assert groups == [("random", "capped", "entropy")]
    assert set(counted_once(same, groups)["strategy"]) == {"random", "margin"}

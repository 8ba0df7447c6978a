"""Names and styles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from albench.reporting.load import load
from albench.reporting.names import Namer, styles

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def named(make_toy: Callable[..., Any]) -> Namer:
    records = load(make_toy(n_repetitions=1).write())
    return Namer(records.cells, records.manifest.cohorts)


def test_a_block_is_named_as_briefly_as_can_be(named: Namer) -> None:
    assert named.block(("digits", "pixels+fourier", "small", "tenth")) == "digits: pixels + fourier"


def test_a_simulated_cohort_is_called_so(named: Namer) -> None:
    assert named.block(("liver", "LSTE+LUS", "resnet", "fifth")) == "liver (simulated): LSTE + LUS"


def test_models_and_budgets_are_named_where_they_differ(make_toy: Callable[..., Any]) -> None:
    toy = make_toy(n_repetitions=1)
    twin = toy.cells[toy.cells["modalities"] == "pixels"]
    toy.cells = pd.concat([toy.cells, twin.assign(model="large", budget="half")])
    records = load(toy.write())
    named = Namer(records.cells, records.manifest.cohorts)
    assert named.block(("digits", "pixels", "large", "half")) == "digits: pixels, large, half"


def test_simulated_blocks_are_counted_apart(named: Namer) -> None:
    assert named.compared_blocks == "2 blocks (1 simulated)"


def test_blocks_of_random_alone_compare_nothing(make_toy: Callable[..., Any]) -> None:
    toy = make_toy(n_repetitions=1)
    alone = toy.cells[toy.cells["strategy"].isin(["random", "all-labels"])]
    toy.cells = pd.concat([toy.cells, alone.assign(budget="baseline")])
    records = load(toy.write())
    named = Namer(records.cells, records.manifest.cohorts)
    assert len(named.blocks) == 4
    assert named.compared_blocks == "2 blocks (1 simulated)"


def test_up_to_a_dozen_strategies_are_drawn_each_in_its_own_way() -> None:
    drawn = styles([f"strategy {i}" for i in range(12)])
    assert len({(style.colour, style.dash) for style in drawn.values()}) == 13


def test_of_more_the_best_stand_out() -> None:
    names = [f"strategy {i}" for i in range(50)]
    drawn = styles(names, names[3:6])
    assert [name for name in names if not drawn[name].is_faint] == names[3:6]
    assert not drawn["random"].is_faint


def test_random_is_drawn_alike_everywhere() -> None:
    assert styles(["a", "random"])["random"] == styles(["b"])["random"]


@pytest.mark.parametrize(
    ("n_simulated", "blocks", "cohorts"),
    [
        (0, "2 blocks", "these 2 cohorts"),
        (1, "2 blocks (1 simulated)", "these 2 cohorts (1 simulated)"),
        (2, "2 blocks (all simulated)", "these 2 cohorts (all simulated)"),
    ],
)
def test_how_many_are_simulated_is_said_once(
    make_toy: Callable[..., Any], n_simulated: int, blocks: str, cohorts: str
) -> None:
    toy = make_toy(n_repetitions=1)
    for i, facts in enumerate(toy.manifest["cohorts"].values()):
        facts["simulated"] = i < n_simulated
    records = load(toy.write())
    named = Namer(records.cells, records.manifest.cohorts)
    assert named.compared_blocks == blocks
    assert named.these_cohorts(records.manifest.cohorts) == cohorts


def test_a_single_cohort_is_simulated_or_not(make_toy: Callable[..., Any]) -> None:
    toy = make_toy(n_repetitions=1)
    toy.keep(cohort="liver")
    records = load(toy.write())
    named = Namer(records.cells, records.manifest.cohorts)
    assert named.compared_blocks == "1 block (simulated)"
    assert named.these_cohorts(["liver"]) == "this cohort (simulated)"

"""Slices and shards of a matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from albench.errors import InputError
from albench.planning.chosen_cells import cells_of
from albench.planning.cost import expected_cost
from albench.spec.slices import Slice, numbers, shard

if TYPE_CHECKING:
    from collections.abc import Callable

    from albench.planning import Cell, Plan

SPEC = """
    name = "toy"
    repetitions = 6
    [cohorts.clinic.modalities]
    a = { loader = "grid" }
    b = { loader = "grid", options = { size = 4 } }
    [models.small]
    plugin = "linear"
    [models.large]
    plugin = "deep"
    training = { min_updates = 500 }
    [budgets.tenth]
    initial = 0.1
    [[matrix]]
    cohorts = ["clinic"]
    modalities = [["a"], ["a", "b"]]
    models = ["small", "large"]
    strategies = ["esd"]
    budgets = ["tenth"]
"""


@pytest.fixture
def cells(planned: Callable[..., Plan]) -> tuple[Cell, ...]:
    """Return the cells of a matrix of four blocks, three strategies and six repetitions."""
    every_cell = planned(text=SPEC).cells
    assert len(every_cell) == 4 * 3 * 6
    return every_cell


def _complaint(part: Slice, cells: tuple[Cell, ...]) -> str:
    with pytest.raises(InputError) as caught:
        cells_of(part, cells)
    return str(caught.value)


def test_no_choice_is_everything(cells: tuple[Cell, ...]) -> None:
    assert cells_of(Slice(), cells) == cells
    assert not Slice()
    assert Slice().text == ""


def test_each_axis_takes_names_and_globs(cells: tuple[Cell, ...]) -> None:
    part = Slice({"modalities": ["a+*"], "model": ["small"]})
    chosen = cells_of(part, cells)
    assert {cell.block for cell in chosen} == {("clinic", "a+b", "small", "tenth")}
    assert part.text == "--modalities a+* --model small"


def test_what_is_compared_with_stays_with_a_strategy_unless_it_is_excluded(
    cells: tuple[Cell, ...],
) -> None:
    def labels(part: Slice) -> set[str]:
        return {cell.strategy_label for cell in cells_of(part, cells)}

    assert labels(Slice({"strategy": ["esd"]})) == {"esd", "random", "all-labels"}
    without = Slice({"strategy": ["esd"]}, {"strategy": ["random", "all-*"]})
    assert labels(without) == {"esd"}


def test_repetitions_are_numbers_and_ranges(cells: tuple[Cell, ...]) -> None:
    part = Slice(repetitions=numbers("0-2,5"), excluded_repetitions=numbers("1"))
    assert {cell.repetition for cell in cells_of(part, cells)} == {0, 2, 5}
    assert part.text == "--repetitions 0-2,5 --exclude-repetitions 1"


def test_an_unknown_name_is_answered_with_the_nearest(cells: tuple[Cell, ...]) -> None:
    text = _complaint(Slice({"strategy": ["esdd"], "model": ["huge*"]}), cells)
    assert "--strategy esdd: is not in the matrix; did you mean 'esd'?" in text
    assert "--model huge*: matches nothing; there are small, large" in text


def test_a_repetition_that_is_not_there_and_a_slice_that_is_empty_are_refused(
    cells: tuple[Cell, ...],
) -> None:
    text = _complaint(Slice(repetitions=numbers("4-7")), cells)
    assert "--repetitions 6-7: there is none; repetitions are 0-5" in text
    empty = Slice({"model": ["small"]}, {"model": ["small"]})
    assert "leaves no cell" in _complaint(empty, cells)


@pytest.mark.parametrize("n_shards", [1, 2, 3, 5, 17])
def test_shards_share_out_every_cell_once_and_evenly(
    cells: tuple[Cell, ...], n_shards: int
) -> None:
    shards = [cells_of(Slice(shard=(i, n_shards)), cells) for i in range(1, n_shards + 1)]
    assert sorted(cell.id for part in shards for cell in part) == sorted(c.id for c in cells)
    loads = [sum(map(expected_cost, part)) for part in shards]
    dearest = max(map(expected_cost, cells))
    assert max(loads) - min(loads) <= 3 * dearest


def test_a_shard_does_not_depend_on_the_order_of_the_plan(cells: tuple[Cell, ...]) -> None:
    part = Slice(shard=(2, 3))
    backwards = cells_of(part, tuple(reversed(cells)))
    assert {cell.id for cell in cells_of(part, cells)} == {cell.id for cell in backwards}


def test_what_shares_a_round_zero_stays_in_one_shard(cells: tuple[Cell, ...]) -> None:
    first, second = (cells_of(Slice(shard=(i, 2)), cells) for i in (1, 2))
    starts = [{c.round_zero_id for c in part if c.strategy is not None} for part in (first, second)]
    assert not starts[0] & starts[1]


def test_more_shards_than_cells_leave_some_without(cells: tuple[Cell, ...]) -> None:
    few = Slice({"model": ["small"], "modalities": ["a"]}, repetitions=numbers("0"))
    text = _complaint(Slice(few.included, repetitions=few.repetitions, shard=(9, 9)), cells)
    assert "--shard 9/9: has no cell: there are only 3" in text


@pytest.mark.parametrize("text", ["", "x", "3-1", "1,,2", "-1", "1-", "0x1"])
def test_repetitions_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="as in 0-4,7"):
        numbers(text)


@pytest.mark.parametrize("text", ["", "0/3", "4/3", "1/0", "1", "a/b", "-1/3"])
def test_a_shard_out_of_range_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="as in 2/10"):
        shard(text)

"""What a plan is expected to take of disk and memory, and by what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from albench.execute.footprint import PROCESS_MB, footprints
from albench.planning.chosen_cells import place_of
from albench.records.schema import CellStatus, Finished, Round, pack

if TYPE_CHECKING:
    from collections.abc import Callable

    from albench.planning import Cell, Plan


@pytest.fixture
def cells(planned: Callable[..., Plan]) -> tuple[Cell, ...]:
    """Two blocks in two repetitions, of a budget in shares that begins and ends in one round."""
    return planned(
        ("initial = 0.1", "initial = 20\n    query = 10\n    stop = 50"),
    ).cells


def done(cell: Cell, megabytes: float) -> Finished:
    return Finished(cell=cell.id, status=CellStatus.OK, peak_mb=megabytes)


def test_a_block_takes_the_memory_of_its_largest_cell_here(cells: tuple[Cell, ...]) -> None:
    first, second = list(dict.fromkeys(cell.block for cell in cells))
    of_first = [cell for cell in cells if cell.block == first]
    there = {cell.id: done(cell, mb) for cell, mb in zip(of_first, (700.0, 900.0), strict=False)}
    published = {place_of(cell): 5000.0 for cell in of_first}
    sizes = footprints(cells, there, published, {})
    assert sizes.blocks[first].memory_mb == 900.0
    assert sizes.blocks[second].memory_mb == 900.0, "as much as the largest that is known"
    assert sizes.sureness == "a guess for 1 block, of which no cell has run yet"


def test_a_block_that_never_ran_here_takes_what_was_published(cells: tuple[Cell, ...]) -> None:
    sizes = footprints(cells, {}, {place_of(cell): 640.0 for cell in cells}, {})
    assert {each.memory_mb for each in sizes.blocks.values()} == {640.0}
    assert sizes.sureness == "by what is published"


def test_a_plan_of_which_nothing_is_known_takes_what_libraries_take(
    cells: tuple[Cell, ...],
) -> None:
    sizes = footprints(cells, {}, {}, {})
    assert {each.memory_mb for each in sizes.blocks.values()} == {PROCESS_MB}
    assert "a guess for 2 blocks" in sizes.sureness


def test_what_is_done_adds_nothing_to_the_journal(cells: tuple[Cell, ...]) -> None:
    nothing = footprints(cells, {cell.id: done(cell, 1.0) for cell in cells}, {}, {})
    assert {each.disk_mb for each in nothing.blocks.values()} == {0.0}
    assert footprints(cells, {}, {}, {}).blocks.keys() == nothing.blocks.keys()


def test_the_size_on_disk_is_that_of_a_line_of_the_journal(cells: tuple[Cell, ...]) -> None:
    cell = next(cell for cell in cells if cell.strategy is not None)
    rng = np.random.default_rng(0)
    rounds = [
        Round(
            round=number,
            picked=list(range(20 if not number else 10)),
            n_labelled=20 + 10 * number,
            n_labelled_subjects=20 + 10 * number,
            proba=pack(rng.dirichlet(np.ones(10), 200).astype(np.float32)),
            query_seconds=0.123456789,
            train_seconds=0.123456789,
            evaluate_seconds=0.123456789,
            marks={},
        )
        for number in range(4)
    ]
    line = str(Finished(cell=cell.id, status=CellStatus.OK, rounds=rounds).to_json())
    (sizes,) = footprints([cell], {}, {}, {cell.cohort: 2000}).blocks.values()
    assert sizes.disk_mb * 1e6 == pytest.approx(len(line), rel=0.15)

"""How long cells are expected to take, and from which measurements."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from albench.execute.price import price, published_seconds
from albench.planning.chosen_cells import place_of
from albench.planning.cost import expected_cost

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from albench.planning import Cell, Plan


@pytest.fixture
def cells(planned: Callable[..., Plan]) -> tuple[Cell, ...]:
    return planned().cells


def of(cells: tuple[Cell, ...], strategy: str, repetition: int = 0) -> Cell:
    return next(c for c in cells if (c.strategy_label, c.repetition) == (strategy, repetition))


def test_a_kind_that_has_run_here_takes_its_median(cells: tuple[Cell, ...]) -> None:
    here = {of(cells, "random").id: 10.0, of(cells, "esd").id: 20.0}
    expected = price(cells, here, {})
    assert expected.seconds[of(cells, "esd", 1).id] == 15.0


def test_published_seconds_are_scaled_by_the_cells_that_ran_on_both(
    cells: tuple[Cell, ...],
) -> None:
    published = {place_of(cell): 2.0 for cell in cells}
    assert price(cells, {}, published).of(cells, 2) == 12.0
    here = {of(cells, "random").id: 6.0}
    other_block = next(c for c in cells if len(c.modalities) == 2 and c.strategy is not None)
    assert price(cells, here, published).seconds[other_block.id] == 6.0
    assert "by what is published" in price(cells, {}, published).sureness


def test_updates_are_the_measure_where_nothing_is_known(cells: tuple[Cell, ...]) -> None:
    expected = price(cells, {}, {})
    dear, cheap = of(cells, "esd"), of(cells, "all-labels")
    assert expected_cost(dear) > expected_cost(cheap)
    assert expected.seconds[dear.id] > expected.seconds[cheap.id] > 0
    assert "may be ten times off" in expected.sureness


def test_published_seconds_are_read_from_the_first_table_that_can_be_read(tmp_path: Path) -> None:
    names = "cohort,modalities,model,budget,strategy,repetition,status,seconds"
    for folder, lines in {
        "bad": ["cell,nothing", "1,2"],
        "good": [names, "c,a+b,m,low,esd,3,ok,1.5", "c,a+b,m,low,esd,4,error,9.0"],
    }.items():
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "cells.csv").write_text("\n".join(lines) + "\n")
    folders = (tmp_path / "none", tmp_path / "bad", tmp_path / "good")
    assert published_seconds(*folders) == {("c", "a+b", "m", "esd", "low", 3): 1.5}

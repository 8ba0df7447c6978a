"""How long cells are expected to take, and from which measurements."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from albench.execute.price import PublishedTimes, price, published_price
from albench.planning.chosen_cells import place_of
from albench.planning.cost import expected_cost
from albench.records.run_record import Pace

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
    expected = price(cells, here)
    assert expected.seconds[of(cells, "esd", 1).id] == 15.0


def test_published_seconds_are_scaled_by_the_cells_that_ran_on_both(
    cells: tuple[Cell, ...],
) -> None:
    published = PublishedTimes({place_of(cell): 2.0 for cell in cells})
    assert price(cells, {}, published).of(cells, 2) == 12.0
    here = {of(cells, "random").id: 6.0}
    other_block = next(c for c in cells if len(c.modalities) == 2 and c.strategy is not None)
    assert price(cells, here, published).seconds[other_block.id] == 6.0
    assert "by what is published" in price(cells, {}, published).sureness


def test_updates_are_the_measure_where_nothing_is_known(cells: tuple[Cell, ...]) -> None:
    expected = price(cells, {})
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
    assert published_price(*folders).seconds == {("c", "a+b", "m", "esd", "low", 3): 1.5}


THERE = Pace(work=1, seconds=0.2, date="2026-01-01")
HERE = Pace(work=1, seconds=0.3, date="2026-02-02")


def test_published_seconds_are_scaled_by_what_both_machines_take_for_the_same_work(
    cells: tuple[Cell, ...],
) -> None:
    published = PublishedTimes({place_of(cell): 2.0 for cell in cells}, THERE)
    expected = price(cells, {}, published, lambda: HERE)
    assert list(expected.seconds.values()) == pytest.approx([3.0] * len(expected.seconds))
    assert "times 1.50: what this machine takes for the same work" in expected.sureness
    assert "measured 2026-02-02" in expected.sureness


@pytest.mark.parametrize(
    ("there", "here"),
    [(None, HERE), (THERE, None), (THERE, HERE.model_copy(update={"work": 2}))],
    ids=["not recorded", "not measured", "of other work"],
)
def test_paces_that_cannot_be_compared_scale_nothing(
    cells: tuple[Cell, ...], there: Pace | None, here: Pace | None
) -> None:
    published = PublishedTimes({place_of(cell): 2.0 for cell in cells}, there)
    expected = price(cells, {}, published, lambda: here)
    assert set(expected.seconds.values()) == {2.0}
    assert "three times as fast or slow" in expected.sureness


def test_the_pace_is_measured_only_where_nothing_else_tells(cells: tuple[Cell, ...]) -> None:
    def never() -> Pace:
        raise AssertionError("it was measured")

    published = PublishedTimes({place_of(cell): 2.0 for cell in cells}, THERE)
    price(cells, {of(cells, "random").id: 6.0}, published, never)  # a cell ran on both
    price(cells, {cell.id: 6.0 for cell in cells}, published, never)
    price(cells, {}, PublishedTimes({}, THERE), never)
    price(cells, {}, PublishedTimes(published.seconds), never)


def results_with(folder: Path, manifest: str) -> Path:
    names = "cohort,modalities,model,budget,strategy,repetition,status,seconds"
    (folder / "cells.csv").write_text(f"{names}\nc,a+b,m,esd,low,3,ok,1.5\n")
    (folder / "manifest.json").write_text(manifest)
    return folder


def told(gpu: str, **changes: object) -> str:
    return json.dumps({"provenance": {"gpu": gpu}, "pace": THERE.to_json() | changes})


def test_the_pace_of_published_results_is_read_with_their_seconds(tmp_path: Path) -> None:
    assert published_price(results_with(tmp_path, told("none"))).pace == THERE


@pytest.mark.parametrize(
    "manifest",
    [
        '{"provenance": {"gpu": "none"}}',
        '{"provenance": {"gpu": "none"}, "pace": null}',
        told("a GPU"),
        told("none", seconds=0.0),
        told("none", seconds="fast"),
        "[]",
        "",
    ],
    ids=["before it was measured", "not measured", "a GPU", "nothing", "text", "list", "empty"],
)
def test_results_without_a_pace_have_their_seconds_all_the_same(
    tmp_path: Path, manifest: str
) -> None:
    published = published_price(results_with(tmp_path, manifest))
    assert len(published.seconds) == 1
    assert published.pace is None

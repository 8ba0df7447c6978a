"""The part of a plan that fits into a time limit."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from albench import price_limit
from albench.cli import main
from albench.errors import InputError
from albench.execute.reuse import Reuse
from albench.planning import Plan, resolve
from albench.planning.chosen_cells import place_of
from albench.price_limit import Limit, expected_price, within
from albench.records.journal import Journal
from albench.records.run_record import Pace
from albench.records.schema import CellStatus, Finished
from albench.session import OpenedSpecification

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from albench.registry import Registry
    from albench.spec import Specification


@pytest.fixture
def opened(
    parse: Callable[..., Specification], toys: Registry, planned: Callable[..., Plan]
) -> OpenedSpecification:
    """Two repetitions of two blocks of three cells."""
    return OpenedSpecification(resolve(parse(), toys), {}, {}, planned())


@pytest.fixture
def results(tmp_path: Path, opened: OpenedSpecification) -> Path:
    """One cell has run, in ten seconds."""
    first = next(c for c in opened.plan.cells if c.strategy_label == "random")
    with Journal(tmp_path / "journal") as journal:
        journal.append(
            "cell", Finished(cell=first.id, status=CellStatus.OK, seconds=10.0).to_json()
        )
    return tmp_path


def test_whole_repetitions_are_kept_first(opened: OpenedSpecification, results: Path) -> None:
    part, sentence = within(opened, results, 1, Limit(70.0, "70s"))
    assert {cell.repetition for cell in part.plan.cells} == {0}
    assert len(part.plan.cells) == 6
    assert part.limit == "--within 70s"
    assert (
        sentence
        == "within 70s: 1 of 2 repetitions, a guess by training updates, which may be "
        + ("ten times off until cells have run")
    )


def test_all_is_kept_where_there_is_time(opened: OpenedSpecification, results: Path) -> None:
    part, sentence = within(opened, results, 1, Limit(7200.0, "2h"))
    assert part.plan.cells == opened.plan.cells
    assert "2 of 2 repetitions" in sentence


def test_blocks_of_one_repetition_are_kept_where_no_repetition_fits(
    opened: OpenedSpecification, results: Path
) -> None:
    part, sentence = within(opened, results, 1, Limit(21.0, "21s"))
    assert {cell.block for cell in part.plan.cells} == {opened.plan.cells[0].block}
    assert len(part.plan.cells) == 3  # one of which is done
    assert "1 of 2 blocks in one repetition" in sentence


def test_a_time_in_which_nothing_fits_is_refused(
    opened: OpenedSpecification, results: Path
) -> None:
    with pytest.raises(InputError, match="--within 1s: one repetition of the cheapest block takes"):
        within(opened, results, 1, Limit(1.0, "1s"))


def test_published_seconds_are_scaled_by_the_paces_of_both_machines(
    opened: OpenedSpecification, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pace = {"work": 1, "seconds": 0.2, "date": "2026-01-01"}
    folder = tmp_path / "results" / "toy"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps({"provenance": {"gpu": "none"}, "pace": pace}))
    places = [place_of(cell)._asdict() for cell in opened.plan.cells]
    pd.DataFrame(places).assign(status="ok", seconds=2.0).to_csv(folder / "cells.csv")
    monkeypatch.chdir(tmp_path)
    slower = Pace(work=1, seconds=0.3, date="2026-02-02")
    monkeypatch.setattr(price_limit, "pace_here", lambda: slower)
    monkeypatch.setattr(price_limit, "installed_gpus", list)
    nothing = Reuse({}, {}, {}, frozenset())
    expected = expected_price(opened, nothing)
    assert expected.of(opened.plan.cells, 1) == pytest.approx(3.0 * len(opened.plan.cells))
    assert "times 1.50" in expected.sureness

    monkeypatch.setattr(price_limit, "installed_gpus", lambda: ["a GPU"])
    expected = expected_price(opened, nothing)
    assert expected.of(opened.plan.cells, 1) == 2.0 * len(opened.plan.cells)
    assert "three times as fast or slow" in expected.sureness


@pytest.mark.parametrize("text", ["2", "0h", "2 hours", "-1h", "h", ""])
def test_a_time_has_a_unit(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["plan", "quickstart", f"--within={text}"])
    assert ended.value.code == 2
    assert "expected a time, as in 2h, 30m or 1h30m" in capsys.readouterr().err

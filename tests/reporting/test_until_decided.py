"""What a page says of repetitions that were added until something was decided."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from albench.reporting.build import sections
from albench.reporting.content import Section, Table, Text
from albench.reporting.load import load
from albench.reporting.methods import methods
from albench.reporting.sections import answer, until_decided

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.sections(answer, until_decided)

RULE = {
    "pairs": [["margin", "random"], ["esd", "margin"]],
    "planned": 6,
    "most": 20,
    "n_comparisons": 4,
}


@pytest.fixture
def results(make_toy: Callable[..., Any]) -> Path:
    """Twelve repetitions, of which six are planned; one that was added failed."""
    run = make_toy(n_repetitions=12)
    run.manifest["sequential"] = RULE
    run.manifest["asked_before"] = [RULE | {"pairs": [["esd", "random"]], "most": 9}]
    run.end("error", "ValueError", strategy="esd", repetition=11, cohort="liver")
    folder: Path = run.write()
    return folder


def _section(results: Path, title: str) -> Section:
    return next(part for part in sections(load(results)) if part.title == title)


def _text(section: Section) -> str:
    return " ".join(" ".join(part.sentences) for part in section.parts if isinstance(part, Text))


def _table(section: Section, name: str) -> Table:
    return next(p for p in section.parts if isinstance(p, Table) and p.name == name)


def test_the_page_says_that_the_run_was_sequential_and_by_which_rule(results: Path) -> None:
    said = "repetitions were added until margin vs random, esd vs margin was decided"
    assert said in _text(_section(results, "The answer"))
    text = _text(_section(results, "Until decided"))
    assert "up to 20 of a block" in text
    assert "confidence sequences" in text
    assert "Wang and Ramdas 2025" in text
    assert "Added: 48 cells in 2 blocks, 1 of which have no result." in text
    assert "an earlier run of these results was to decide esd vs random (up to 9" in text
    assert any("Up to 20 repetitions were run" in one.text for one in methods(load(results)))


def test_comparisons_have_intervals_that_hold_at_every_look(results: Path) -> None:
    section = _section(results, "Until decided")
    table = _table(section, "until-decided")
    first = table.rows[0]
    assert first[:4] == ("digits: pixels", "margin", "random", "12")
    assert first[7] == "better"
    assert 6 <= int(first[8]) <= 12
    assert table.rows[1][3] == "12"
    assert table.rows[3][3] == "11"  # of which one failed
    assert "in 1.25 % (Bonferroni)" in table.caption
    n_decided = sum(row[7] in {"better", "worse", "equal"} for row in table.rows)
    assert f"Of 4 comparisons {n_decided} are decided: 1 better, 1 worse" in _text(section)


@pytest.mark.sections  # all of them
@pytest.mark.sweep
def test_all_else_is_about_the_planned_repetitions(results: Path) -> None:
    counted = _table(_section(results, "Coverage"), "coverage")
    assert [row[1] for row in counted.rows] == ["24", "24"]  # four strategies, six times
    whole = load(results)
    cells = whole.cells[whole.cells["repetition"] < 6].reset_index(drop=True)
    scores = whole.scores[whole.scores["cell"].isin(cells["cell"])].reset_index(drop=True)
    plain = whole.manifest.model_copy(update={"sequential": None})
    before = sections(replace(whole, cells=cells, scores=scores, manifest=plain))
    for title in ("Accuracy", "Head to head", "Ranks", "Labels needed"):
        same = next(part for part in before if part.title == title)
        ours = [p.rows for p in _section(results, title).parts if isinstance(p, Table)]
        assert ours == [part.rows for part in same.parts if isinstance(part, Table)]


def test_a_page_without_added_repetitions_has_no_such_section(make_toy: Callable[..., Any]) -> None:
    titles = [part.title for part in sections(load(make_toy().write()))]
    assert "Until decided" not in titles

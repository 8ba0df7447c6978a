"""What a page says of recorded picks that other models were trained on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from albench.reporting.build import sections
from albench.reporting.content import Table, Text
from albench.reporting.load import load
from albench.reporting.methods import methods
from albench.reporting.sections import answer, replay

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.sections(answer, replay)


def test_the_page_says_where_picks_are_from_and_what_survives(
    make_toy: Callable[..., Any],
) -> None:
    run = make_toy()
    strategies = run.cells["strategy"]
    areas = {
        cell: 0.7 + 0.05 * (name == "margin") + 0.0001 * repetition * (name == "esd")
        for cell, name, repetition in zip(
            run.cells["cell"], strategies, run.cells["repetition"], strict=True
        )
        if name != "all-labels"
    }
    run.manifest["replayed"] = {
        "name": "first",
        "albench": "0.1.0",
        "commit": "abc",
        "models": {"small": ["small", "large"]},
        "metric": "accuracy",
        "areas": areas,
    }
    records = load(run.write())
    drawn = sections(records)
    (section,) = [part for part in drawn if part.title == "Replayed picks"]
    text = " ".join(s for p in section.parts if isinstance(p, Text) for s in p.sentences)
    assert "recorded in the results of first (albench 0.1.0, commit abc)" in text
    assert "small on what large led to" in text
    (mean, each) = [part for part in section.parts if isinstance(part, Table)]
    assert mean.rows[0][0] == "margin"
    assert mean.rows[0][2].startswith("+0.050")
    assert len(each.rows) == 4
    first = " ".join(s for p in drawn[0].parts if isinstance(p, Text) for s in p.sentences)
    assert "picks recorded in the results of first" in first
    assert any("No strategy was asked" in one.text for one in methods(records))


def test_a_page_of_strategies_that_picked_has_no_such_section(make_toy: Callable[..., Any]) -> None:
    titles = [part.title for part in sections(load(make_toy().write()))]
    assert "Replayed picks" not in titles

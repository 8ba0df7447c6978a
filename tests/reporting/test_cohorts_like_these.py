"""A page says which cohorts its statements are about."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import pytest

from albench.reporting import writing
from albench.reporting.derived import derive
from albench.reporting.load import load
from albench.reporting.sections import cohorts_like_these

if TYPE_CHECKING:
    from collections.abc import Callable

    Make = Callable[..., Any]


def test_of_two_cohorts_nothing_is_claimed_about_others(make_toy: Make) -> None:
    section = cohorts_like_these.section(derive(load(make_toy().write())))
    assert section is not None
    (text,) = section.parts
    (sentence,) = text.sentences  # type: ignore[union-attr]  # a text
    assert "are about these 2 cohorts (1 simulated): the repetition is the unit" in sentence
    assert "**Nothing is claimed about cohorts like these:** that takes 5 cohorts" in sentence


@pytest.mark.sections(cohorts_like_these)
def test_of_five_cohorts_each_strategy_has_a_row(make_toy: Make) -> None:
    blocks = [(f"digits{i}", "pixels", "small", "tenth") for i in range(5)]
    toy = make_toy(blocks=blocks)
    cohort = toy.manifest["cohorts"].pop("digits")
    toy.manifest["cohorts"] |= {block[0]: cohort for block in blocks}
    page = writing.write(toy.write())
    with (page.parent / "tables" / "like-these.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {(row["strategy"], row["cohorts"]) for row in rows} == {("esd", "5"), ("margin", "5")}
    assert all(row["mixed model"] != "" for row in rows)

"""Strategies against each other: those of the specification or command line, or the best."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import pytest

from albench.cli import main
from albench.errors import InputError
from albench.reporting import writing
from albench.reporting.build import sections
from albench.reporting.content import Text
from albench.reporting.load import load
from albench.reporting.sections import head_to_head

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Make = Callable[..., Any]

pytestmark = pytest.mark.sections(head_to_head)


def opening(folder: Path) -> str:
    (section,) = [s for s in sections(load(folder)) if s.title == "Head to head"]
    texts = [part for part in section.parts if isinstance(part, Text)]
    return " ".join(sentence for text in texts for sentence in text.sentences)


def table(page: Path, name: str) -> list[dict[str, str]]:
    with (page.parent / "tables" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_without_names_the_best_few_are_compared(make_toy: Make) -> None:
    sentence = opening(make_toy().write())
    assert sentence.startswith("The 3 strategies with the best means")
    assert "margin is better than" in sentence


def test_the_strategies_of_the_specification_are_compared(make_toy: Make) -> None:
    toy = make_toy(strategies=("random", "esd", "margin", "bald"))
    toy.manifest["judging"]["compare"] = ["bald", "esd"]
    assert opening(toy.write()).startswith("bald, esd, each against each in accuracy")
    rows = table(writing.write(toy.folder), "head-to-head")
    assert [(row["strategy"], row["against"]) for row in rows] == [("bald", "esd")]


def test_shares_of_the_two_sides_are_each_others(make_toy: Make) -> None:
    rows = table(writing.write(make_toy().write()), "wins")
    by_pair = {(row["strategy"], row["against"]): row for row in rows}
    one, other = by_pair["margin", "esd"], by_pair["esd", "margin"]
    for unit in ("repetitions", "blocks"):
        counts = [one[f"{name} {unit}"] for name in ("won", "tied", "lost")]
        assert counts == [other[f"{name} {unit}"] for name in ("lost", "tied", "won")]
    assert (one["verdict"], other["verdict"]) == ("better", "worse")
    assert ("esd", "esd") not in by_pair


def test_the_command_line_names_others(make_toy: Make, capsys: pytest.CaptureFixture[str]) -> None:
    folder = make_toy().write()
    assert main(["report", str(folder), "--compare", "esd,random"]) == 0
    rows = table(folder / "report" / "index.html", "head-to-head")
    assert [(row["strategy"], row["against"]) for row in rows] == [("esd", "random")]
    capsys.readouterr()


@pytest.mark.parametrize(
    ("names", "problem"),
    [
        (["esd", "magrin"], "'magrin' is not a strategy of these results; did you mean 'margin'?"),
        (["esd", "all-labels"], "'all-labels' is not a strategy of these results"),
        (["esd"], "needs two strategies or more"),
        (["esd", "esd"], "names 'esd' twice"),
    ],
)
def test_names_that_cannot_be_compared_are_refused(
    make_toy: Make, names: list[str], problem: str
) -> None:
    with pytest.raises(InputError) as refused:
        writing.write(make_toy().write(), rivals=names)
    assert problem in str(refused.value)


def test_a_rival_without_results_is_told(make_toy: Make) -> None:
    toy = make_toy()
    toy.manifest["judging"]["compare"] = ["esd", "margin", "mylab/new"]
    assert "There are no results of mylab/new." in opening(toy.write())


def test_rivals_without_any_pair_are_told(make_toy: Make) -> None:
    toy = make_toy()
    toy.manifest["judging"]["compare"] = ["esd", "mylab/new"]
    sentence = opening(toy.write())
    assert sentence.startswith("esd alone: there is nothing to compare")
    assert "no results of mylab/new" in sentence

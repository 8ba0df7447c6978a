"""Numbers that pages say in words are those of the registry and of the published records."""

from __future__ import annotations

import re
from pathlib import Path

from albench import load
from albench.api import Kind
from albench.registry import discover

ROOT = Path(__file__).parents[1]
DIGITS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
WORDS = (*DIGITS, "ten", "eleven", "twelve")


def page(name: str) -> str:
    return " ".join((ROOT / "docs" / name).read_text(encoding="utf-8").split())


def test_the_models_are_counted() -> None:
    models = discover().of(Kind.MODEL)
    n_models = sum(model.distribution == "albench" for model in models)
    assert f"albench ships {WORDS[n_models]} models." in page("models.md")


def test_strategies_repetitions_and_cells_of_the_traps_are_counted() -> None:
    cells = load(ROOT / "results" / "traps").cells
    strategies = set(cells["strategy"]) - {"random", "all-labels"}
    said = re.search(r"(\d+) strategies, (\w+) repetitions, ([\d,]+) cells", page("traps.md"))
    assert said is not None
    assert int(said[1]) == len(strategies)
    assert said[2] == WORDS[cells["repetition"].nunique()]
    assert said[3] == f"{len(cells):,}"


def test_peers_that_are_timed_are_counted() -> None:
    table = (ROOT / "docs" / "speed-strategies.md").read_text(encoding="utf-8")
    peers = table.partition("## Against peers")[2].partition("\n## ")[0]
    names = set(re.findall(r"^\| `([\w-]+)` \|", peers, re.MULTILINE))
    said = re.search(
        r"for each of the (\d+) strategies that scikit-activeml", page("quickstart.md")
    )
    assert said is not None
    assert int(said[1]) == len(names)

"""The cards say of every strategy what its descriptor, the measurement and the traps say."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from albench.api.acquisition import asks_for_modalities
from albench.spec.traps import Trap
from albench.strategies.plugin import albench_strategies

if TYPE_CHECKING:
    from albench.api import Descriptor

ROOT = Path(__file__).parents[2]
DESCRIPTORS = {descriptor.name: descriptor for descriptor in albench_strategies()}


@pytest.fixture(scope="module")
def cards() -> Any:  # a script: no module that can be imported by name
    spec = importlib.util.spec_from_file_location(
        "strategy_cards", ROOT / "benchmarks" / "strategy_cards.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def card(text: str, name: str) -> str:
    return text.partition(f"\n## `{name}`\n")[2].partition("\n## `")[0]


def test_the_committed_page_is_up_to_date(cards: Any) -> None:
    trap_lines = cards.trap_lines(cards.RESULTS)
    text = cards.page(tuple(DESCRIPTORS.values()), cards.known_scaling(), trap_lines)
    assert cards.PAGE.read_text(encoding="utf-8") == text, "run benchmarks/strategy_cards.py"


@pytest.mark.parametrize("name", DESCRIPTORS)
def test_a_card_has_needs_options_cost_and_source(cards: Any, name: str) -> None:
    descriptor: Descriptor = DESCRIPTORS[name]
    text = card(cards.PAGE.read_text(encoding="utf-8"), name)
    assert all(f"`{need}`" in text for need in descriptor.needs)
    assert all(f"`{option.name} = " in text for option in descriptor.options)
    assert f"- **Cost class:** {descriptor.cost}\n" in text
    assert f"- **Source:** {descriptor.citation or 'none'}\n" in text


@pytest.mark.parametrize(
    "name", [name for name, each in DESCRIPTORS.items() if not asks_for_modalities(each)]
)
def test_every_strategy_has_been_measured(cards: Any, name: str) -> None:
    assert set(cards.known_scaling()[name]) == {"seconds", "exponent"}


def test_growth_is_told_by_the_exponent(cards: Any) -> None:
    timing = cards.measured([DESCRIPTORS["entropy"]])["entropy"]
    assert timing["seconds"] > 0
    assert -1 < timing["exponent"] < 2


def test_a_strategy_without_measurement_or_traps_says_so(cards: Any) -> None:
    text = cards.page([DESCRIPTORS["entropy"]], {}, {})
    assert "- **Measured:** not yet\n" in text
    assert "- **Traps:** not tried\n" in text


def test_what_traps_showed_is_told_by_fate(cards: Any) -> None:
    kinds = (("copies", "fell"), ("junk", "did not"), ("corner", "not decided"))
    rows = [
        (
            Trap(cohort=cohort, fall="buys-more", mark="m", tolerance=0.1, best="-"),
            {"strategy": "entropy", "fate": fate, "value": 0.61, "value_random": 0.2},
        )
        for cohort, fate in kinds
    ]
    assert cards._of_strategy("entropy", rows) == [
        "fell into *copies* (m 0.61, random 0.20)",
        "did not fall into junk",
        "not decided for corner",
    ]


def test_nothing_is_known_of_traps_that_were_not_run(cards: Any, tmp_path: Path) -> None:
    assert cards.trap_lines(tmp_path) == {}

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from albench.strategies.plugin import albench_strategies

if TYPE_CHECKING:
    from albench.api import Descriptor

PAGE = Path(__file__).parents[2] / "docs" / "strategies.md"
DESCRIPTORS = {descriptor.name: descriptor for descriptor in albench_strategies()}


def cells(name: str) -> list[str]:
    """Return the cells of a strategy's row: name, picks, needs, options, cost, marks, source."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    (row,) = [line for line in lines if line.startswith(f"| `{name}` |") and line.count("|") == 8]
    return [cell.strip() for cell in row.strip("|").split("|")]


@pytest.mark.parametrize("descriptor", DESCRIPTORS.values(), ids=DESCRIPTORS)
def test_every_strategy_is_documented_as_it_is(descriptor: Descriptor) -> None:
    _, picks, needs, _, cost, marks, source = cells(descriptor.name)
    assert picks == descriptor.summary
    assert needs == (", ".join(sorted(descriptor.needs)) or "-")
    assert cost == descriptor.cost
    assert marks == (", ".join(sorted(descriptor.tags)) or "-")
    assert source == (descriptor.citation or "-")


@pytest.mark.parametrize("descriptor", DESCRIPTORS.values(), ids=DESCRIPTORS)
def test_every_option_is_documented_with_its_default(descriptor: Descriptor) -> None:
    options = cells(descriptor.name)[3]
    for option in descriptor.options:
        default = f'"{option.default}"' if isinstance(option.default, str) else option.default
        assert f"`{option.name} = {default}`" in options

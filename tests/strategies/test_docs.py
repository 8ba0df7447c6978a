from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from albench.strategies.plugin import albench_strategies

if TYPE_CHECKING:
    from albench.api import Descriptor

PAGE = Path(__file__).parents[2] / "docs" / "strategies.md"


@pytest.mark.parametrize("descriptor", albench_strategies(), ids=lambda found: found.name)
def test_every_strategy_is_documented_as_it_is(descriptor: Descriptor) -> None:
    row = (
        f"| `{descriptor.name}` | {descriptor.summary} "
        f"| {', '.join(sorted(descriptor.needs)) or '-'} "
        f"| {descriptor.cost} | {descriptor.citation or '-'} |"
    )
    assert row in PAGE.read_text(encoding="utf-8")

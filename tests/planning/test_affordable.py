"""A budget of cost that cannot pay for a subject is skipped when it is planned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from albench.planning import Plan

SECTION = "[cohorts.clinic.modalities]"
PRICED = (SECTION, f"[cohorts.clinic]\ncost = {{ label = 30 }}\n{SECTION}")


@pytest.mark.parametrize(
    ("key", "terms"),
    [
        ("query", "initial = 100\nquery = 20"),
        ("initial", "initial = 20\nquery = 30"),
        ("query", "initial = 100\nquery = 0.05"),
    ],
)
def test_a_round_that_buys_nobody_is_told_of(
    planned: Callable[..., Plan], key: str, terms: str
) -> None:
    plan = planned(PRICED, ("initial = 0.1", f'{terms}\nof = "cost"'))
    reasons = {skip.reason for skip in plan.skipped}
    assert any(f"budgets.tenth.{key} may come to no more than" in reason for reason in reasons)
    assert all(cell.strategy is None for cell in plan.cells if cell.cohort == "clinic")


def test_a_round_that_buys_one_stays(planned: Callable[..., Plan]) -> None:
    plan = planned(PRICED, ("initial = 0.1", 'initial = 60\nquery = 30\nof = "cost"'))
    assert plan.skipped == planned().skipped

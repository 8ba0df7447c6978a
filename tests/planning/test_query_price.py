"""What compares all pairs of a large pool is skipped at a price; everything else is tried."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from albench.api import Descriptor, Kind
from albench.api.large_pools import BOUNDED
from albench.planning import query_price
from albench.planning.query_price import about_pairs
from albench.spec import Limits
from albench.strategies.plugin import albench_strategies

PAIRS = Descriptor(name="pairs", kind=Kind.STRATEGY, target="a:B", summary="P.", cost="n^2")
FIVE_QUERIES: Any = SimpleNamespace(
    strategy="pairs", budget={"initial": 100, "query": 100, "stop": 600}
)


@pytest.fixture(autouse=True)
def _memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query_price, "usable_memory", lambda: 64e9)


def reason(descriptor: Descriptor = PAIRS, n: int = 1_000_000, **limits: Any) -> str | None:
    return about_pairs(FIVE_QUERIES, [descriptor], n, 512, Limits(**limits))


def test_a_square_of_a_million_is_priced() -> None:
    assert reason() == (
        "strategy pairs compares all pairs (cost n^2): a query on 1,000,000 candidates would take "
        "about 3 h and, with the distances of all pairs in memory, 4,000 GB; 5 queries may take "
        "6 h (limits.cell_seconds) and 64 GB: leave it out, or take fewer candidates"
    )


def test_up_to_the_bound_everything_is_tried() -> None:
    assert reason(n=50_000, cell_seconds=1e-6) is None


def test_time_is_that_of_all_queries() -> None:
    assert reason(n=100_000, memory_mb=None, cell_seconds=600) is None
    assert "5 queries may take 9 min" in str(reason(n=100_000, cell_seconds=550))


def test_memory_is_what_the_machine_and_the_specification_allow() -> None:
    assert reason(n=100_000) is None
    assert "40 GB" in str(reason(n=100_000, memory_mb=30_000))


def test_other_costs_and_squares_that_end_are_never_skipped() -> None:
    assert reason(replace(PAIRS, cost="n b")) is None
    assert reason(replace(PAIRS, tags=frozenset({BOUNDED}))) is None


def test_nothing_that_ships_is_skipped_but_what_wraps() -> None:
    # Of a wrapper, planning asks about what it holds.
    own = [each for each in albench_strategies() if "wrapper" not in each.tags]
    assert [each.name for each in own if reason(each)] == []

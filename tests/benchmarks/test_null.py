"""The simulation of benchmarks without differences runs, and can fail."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

if TYPE_CHECKING:
    from types import ModuleType

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "statistics" / "null.py"


@pytest.fixture(scope="module")
def null() -> ModuleType:
    spec = importlib.util.spec_from_file_location("null", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["null"] = module  # where dataclasses look for it
    spec.loader.exec_module(module)
    return module


def test_every_rate_is_a_row(
    null: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["null.py", "--benchmarks", "1"])
    assert null.main() in (0, 1)  # of one benchmark, chance decides
    head, _, *rows = capsys.readouterr().out.splitlines()
    assert head.startswith("| what | rate ± standard error | promised |")
    assert len(rows) == 24
    assert all(0 <= float(row.split(" | ")[1].split()[0]) <= 1 for row in rows)


def test_a_promise_that_is_not_kept_is_seen(null: ModuleType) -> None:
    assert null.Rate("", found=0.06, n=500, at_most=0.05).is_kept  # by chance
    assert not null.Rate("", found=0.10, n=500, at_most=0.05).is_kept
    assert not null.Rate("", found=0.90, n=500, at_least=0.95).is_kept
    assert not null.Rate("", found=0.70, n=500, at_least=0.8, at_most=0.8).is_kept
    assert not null.Rate("", found=0.02, n=50, at_most=0.0).is_kept


def test_blocks_of_few_cohorts_reject_what_is_chance(null: ModuleType) -> None:
    before, *_ = null.rates_of_ranks(30, 50, 10, np.random.default_rng(0))
    assert before.found > 0.8

"""The simulation of benchmarks without differences is of what pages compute, and can fail."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from albench.analysis import comparison
from albench.analysis.cohorts_like_these import across_cohorts
from albench.analysis.head_to_head import all_pairs, best_few, neighbours
from albench.analysis.score_cube import ScoreCube
from albench.references import BASELINE

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "benchmarks" / "statistics" / "null.py"


@pytest.fixture(scope="module")
def null() -> ModuleType:
    spec = importlib.util.spec_from_file_location("null", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["null"] = module  # where dataclasses look for it
    spec.loader.exec_module(module)
    return module


def scores_of(simulated: np.ndarray) -> ScoreCube:
    """Return one simulated benchmark as a page sees it."""
    n_cohorts, n_blocks, n_strategies, n_repetitions = simulated.shape
    blocks = tuple((f"c{i}", "x", "x", f"b{j}") for i in range(n_cohorts) for j in range(n_blocks))
    values = np.moveaxis(simulated, -2, -1).reshape(-1, n_repetitions, n_strategies)
    names = (BASELINE, *(f"s{i:02}" for i in range(1, n_strategies)))
    has_cells = np.ones((len(blocks), n_strategies), dtype=bool)
    return ScoreCube(blocks, tuple(range(n_repetitions)), names, values, has_cells)


def test_what_is_simulated_is_what_a_page_computes(null: ModuleType) -> None:
    simulated = null.simulate(null.Setting("skewed", 7, 6), 1, np.random.default_rng(3))
    scores = scores_of(simulated[0])
    pairs = [(name, BASELINE) for name in scores.strategies[1:]]
    overall = comparison.over_blocks(scores, pairs)
    few, order = best_few(overall), best_few(overall, n=7)
    ours = {
        "better or worse in any block": comparison.by_block(scores, pairs),
        "better or worse on average over blocks": overall,
        "better or worse among the best few": comparison.over_blocks(scores, all_pairs(few)),
        "neighbours told apart": comparison.over_blocks(scores, neighbours(order)),
    }
    for name, family in null.FAMILIES.items():
        differences = family(simulated)[0].mean(axis=-1)
        assert ours[name]["difference"].tolist() == pytest.approx(differences.tolist())
    by_cohort = across_cohorts(scores, pairs)["difference"].tolist()
    assert by_cohort == pytest.approx(null.over_cohorts(simulated)[0].mean(axis=-1).tolist())


@pytest.mark.parametrize("kind", ["normal", "skewed", "tied", "bounded"])
def test_few_simulated_benchmarks_keep_their_levels(null: ModuleType, kind: str) -> None:
    setting = null.Setting(kind, 7, 6)
    rates = list(null.of_families(setting, 200, np.random.default_rng(1)))
    assert len(rates) == 8
    assert [rate.what for rate in rates if rate.standing == "not kept"] == []


def test_without_correction_levels_are_not_kept(
    null: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("albench.analysis.verdicts.holm", lambda p: p)
    rates = null.of_families(null.Setting("normal", 7, 6), 300, np.random.default_rng(1))
    standing = {rate.what: rate.standing for rate in rates}
    assert standing["better or worse in any block"] == "not kept"
    assert standing["better or worse on average over blocks"] == "not kept"
    assert standing["equal in any block"] == "not kept"


def test_looking_often_inflates_nothing_but_a_t_test(null: ModuleType) -> None:
    rates = null.of_looking(null.Setting("normal", 3, null.MOST), 200, np.random.default_rng(1))
    by_what = {rate.what: rate for rate in rates}
    assert {rate.standing for rate in by_what.values()} == {"kept"}
    naive = by_what["better or worse in any block by a t-test at every look"]
    assert naive.share > 2 * 0.05 > by_what[null.AT_EVERY_LOOK].share


def test_added_repetitions_save_cells_where_effects_are_large(null: ModuleType) -> None:
    setting = null.Setting("normal", 2, null.MOST)
    rates = null.of_added_repetitions(setting, 50, np.random.default_rng(1))
    saved = [rate.share for rate in rates if rate.what.startswith("the share of the cells")]
    half, one, two, equal = saved
    assert 0 < half < one < two < 1
    assert equal > 0.3


def test_every_rate_is_a_row(
    null: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["null.py", "--benchmarks", "2"])
    assert null.main() in (0, 1)  # of two benchmarks, chance decides
    head, _, *rows = capsys.readouterr().out.splitlines()
    assert head == "| what | lowest | highest | promised | settings |"
    lines = [row for row in rows if row.startswith("|")]
    assert len(lines) == len(set(pd.read_csv(null.TABLE)["what"]))
    assert all(0 <= float(row.split(" | ")[1]) <= 1 for row in lines)


def test_a_promise_that_is_not_kept_is_seen(null: ModuleType) -> None:
    def standing(share: float, n: int, *edges: float) -> str:
        happened = np.arange(n) < share * n
        return str(null.rate("", "", happened, *edges).standing)

    assert standing(0.06, 500, 0.0, 0.05) == "kept"  # by chance
    assert standing(0.10, 500, 0.0, 0.05) == "not kept"
    assert standing(0.90, 500, 0.95) == "not kept"
    assert standing(0.70, 500, 0.8, 0.8) == "not kept"
    assert standing(0.90, 500, 0.8, 0.8) == "not kept"
    assert standing(0.90, 5000, 0.935, 0.965) == "not kept"
    assert standing(1.0, 5000, 0.935, 0.965) == "too wide"


def test_the_guide_shows_what_was_simulated(null: ModuleType) -> None:
    table = pd.read_csv(null.TABLE)
    assert null.summary(table) in (ROOT / "docs" / "statistics.md").read_text(encoding="utf-8")
    assert (table["benchmarks"] >= 200).all()

"""A plan says which effects its matrix can detect."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Any

import pytest

from albench.reporting.detectable_effects import foresight

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PLANNED = list(itertools.product(range(8), ["random", "all-labels", "oracle", *"abcdef"]))


def test_a_matrix_is_told_what_it_can_find(tmp_path: Path) -> None:
    power, effects, unknown = foresight(PLANNED, ["oracle"], 6, tmp_path)
    assert power.startswith("can find: in 48 comparisons with random with 6 repetitions, half a ")
    assert "is found in under 1 % (p under 0.05 / 48" in power
    assert effects.endswith("3.43 with 6, 1.58 with 12, 0.95 with 24, 0.63 with 48")
    assert unknown == "the same in accuracy: not known before there are results"


def test_earlier_results_tell_the_spread(make_toy: Callable[..., Any], tmp_path: Path) -> None:
    toy = make_toy()
    lines = foresight(PLANNED, ["oracle"], 6, toy.write())
    usual, n, first = re.findall(
        r"standard deviation is ([\d.]+) \(median of (\d+)\): ([\d.]+) with 6", lines[2]
    )[0]
    assert n == "4"
    assert float(first) == pytest.approx(3.43 * float(usual), abs=0.002)


def test_the_spread_is_that_of_the_primary_metric(make_toy: Callable[..., Any]) -> None:
    toy = make_toy()  # its AUC moves half as much as its accuracy
    folder = toy.write()
    spreads = [foresight(PLANNED, ["oracle"], 6, folder, m)[2] for m in ("accuracy", "auc")]
    usual = [float(re.findall(r"standard deviation is ([\d.]+)", line)[0]) for line in spreads]
    assert spreads[1].startswith("the same in AUC over the labels bought")
    assert usual[1] == pytest.approx(usual[0] / 2, abs=0.001)


def test_under_six_repetitions_nothing_is_found(tmp_path: Path) -> None:
    first = foresight(PLANNED, [], 3, tmp_path)[0]
    assert first.startswith("can find nothing: 56 comparisons with random with 3 repetitions")


def test_where_nothing_is_compared_nothing_is_said(tmp_path: Path) -> None:
    assert foresight([(0, "random"), (0, "all-labels")], [], 6, tmp_path) == ()

"""The Bayesian signed-rank test agrees with baycomp's, and with plain cases."""

from __future__ import annotations

import math

import numpy as np
import pytest

from albench.analysis.signed_rank import probabilities

GAPS = np.array([0.03, 0.01, -0.005, 0.02, 0.015, 0.0, 0.04, -0.01])


# What baycomp 1.0.3 gives: SignedRankTest.probs(0, gaps, rope, nsamples=200000, random_state=1).
@pytest.mark.parametrize(
    ("margin", "expected"),
    [(0.005, (0.01, 0.071, 0.919)), (0.01, (0.0, 0.432, 0.568)), (0.02, (0.0, 0.936, 0.064))],
)
def test_probabilities_are_baycomps(margin: float, expected: tuple[float, ...]) -> None:
    assert probabilities(GAPS, margin) == pytest.approx(expected, abs=0.03)


def test_what_is_always_better_is_better() -> None:
    worse, equal, better = probabilities(np.full(10, 0.5), 0.01)
    assert better > 0.99
    assert worse + equal + better == pytest.approx(1.0)


def test_turning_differences_around_turns_the_answer() -> None:
    ours, theirs = probabilities(GAPS, 0.01), probabilities(-GAPS, 0.01)
    assert ours == theirs[::-1]


@pytest.mark.parametrize(("gaps", "margin"), [(np.empty(0), 0.1), (GAPS, float("nan"))])
def test_without_pairs_or_margin_nothing_is_known(gaps: np.ndarray, margin: float) -> None:
    assert all(map(math.isnan, probabilities(gaps, margin)))

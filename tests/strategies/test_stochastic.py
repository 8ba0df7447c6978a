from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from albench.strategies.uncertainty.stochastic import noisy_top, power, softmax, softrank

SCORES = np.array([0.1, 0.4, 0.2, 0.3])


@pytest.mark.parametrize("noise", [power, softmax, softrank])
def test_without_noise_it_is_the_plain_top(noise: Any, rng: Any) -> None:
    assert noisy_top(SCORES, noise, 1e6, 4, rng).tolist() == [1, 3, 2, 0]


@pytest.mark.parametrize(
    ("noise", "odds"),
    [
        (power, SCORES),
        (softmax, np.exp(SCORES)),
        (softrank, 1 / np.array([4.0, 1.0, 3.0, 2.0])),
    ],
)
def test_first_picks_come_in_the_proportions_of_the_paper(noise: Any, odds: Any, rng: Any) -> None:
    firsts = [noisy_top(SCORES, noise, 1.0, 1, rng)[0] for _ in range(4000)]
    shares = np.bincount(firsts, minlength=4) / 4000
    np.testing.assert_allclose(shares, odds / odds.sum(), atol=0.03)


def test_a_score_of_zero_comes_after_others_and_before_nan(rng: Any) -> None:
    picks = noisy_top(np.array([np.nan, 0.0, 0.5]), power, 1.0, 3, rng)
    assert picks.tolist() == [2, 1, 0]

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from albench.strategies.mathematics.votes import vote_shares
from albench.strategies.uncertainty.dropout import (
    entropy_dropout,
    least_confident_dropout,
    margin_dropout,
    mean_deviation,
    mean_std,
    variation_ratios,
)
from albench.strategies.uncertainty.one_pass import (
    largest_entropy,
    least_confident,
    smallest_margin,
)

# Candidate 0 is split between passes, candidate 1 is mildly unsure in each.
PASSES = np.array([[[1.0, 0.0], [0.7, 0.3]], [[0.0, 1.0], [0.7, 0.3]]])


def test_esd_takes_the_entropy_of_the_mean_not_the_mean_of_entropies(
    make_pool: Any, rng: Any
) -> None:
    assert entropy_dropout(2)(make_pool(2, dropout=PASSES), 1, rng) == [0]


@pytest.mark.parametrize(
    ("over_passes", "of_one"),
    [
        (entropy_dropout, largest_entropy),
        (margin_dropout, smallest_margin),
        (least_confident_dropout, least_confident),
    ],
)
def test_over_passes_it_is_the_score_of_their_mean(
    over_passes: Any, of_one: Any, make_pool: Any
) -> None:
    passes = np.random.default_rng(3).dirichlet(np.ones(3), size=(4, 20))
    pool = make_pool(20, dropout=passes, proba=passes.mean(axis=0))
    expected = of_one()(pool, 20, np.random.default_rng(0))
    np.testing.assert_array_equal(over_passes(4)(pool, 20, np.random.default_rng(0)), expected)


def test_variation_ratio_is_the_share_outside_the_mode(make_pool: Any, rng: Any) -> None:
    shares = vote_shares(PASSES)
    np.testing.assert_array_equal(shares, [[0.5, 0.5], [1.0, 0.0]])
    assert variation_ratios(2)(make_pool(2, dropout=PASSES), 1, rng) == [0]


def test_votes_of_nan_are_nan() -> None:
    broken = np.array([[[np.nan, 1.0], [0.2, 0.8]]])
    assert np.isnan(vote_shares(broken)).all(axis=1).tolist() == [True, False]


def test_mean_deviation_is_that_of_numpy(rng: Any) -> None:
    passes = rng.dirichlet(np.ones(3), size=(6, 20))
    np.testing.assert_allclose(mean_deviation(iter(passes)), passes.std(axis=0).mean(axis=1))


def test_mean_std_buys_what_varies(make_pool: Any, rng: Any) -> None:
    assert mean_std(2)(make_pool(2, dropout=PASSES), 1, rng) == [0]

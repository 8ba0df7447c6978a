from __future__ import annotations

from typing import Any

import numpy as np

from albench.strategies.ordinal.ordinal_variance import (
    OrdinalVarianceDropout,
    ordinal_variance,
    stage_variance,
)

NEXT, APART, SURE = [0.0, 0.5, 0.5, 0.0], [0.5, 0.0, 0.0, 0.5], [0.0, 0.0, 1.0, 0.0]


def test_variance_is_that_of_the_stage() -> None:
    np.testing.assert_allclose(stage_variance([np.array([NEXT, APART, SURE])]), [0.25, 2.25, 0])


def test_stages_far_apart_are_bought_before_neighbours(make_pool: Any, rng: Any) -> None:
    assert ordinal_variance()(make_pool(3, proba=[NEXT, APART, SURE]), 3, rng).tolist() == [1, 0, 2]


def test_the_epistemic_part_is_the_variance_of_mean_stages(rng: Any) -> None:
    passes = rng.dirichlet(np.ones(4), size=(6, 20))
    means = passes @ np.arange(4)
    np.testing.assert_allclose(stage_variance(passes, "epistemic"), means.var(axis=0))


def test_the_total_is_the_epistemic_part_and_the_mean_over_passes(rng: Any) -> None:
    passes = rng.dirichlet(np.ones(4), size=(6, 20))
    within = np.mean([stage_variance([proba]) for proba in passes], axis=0)
    total = stage_variance(passes, "total")
    np.testing.assert_allclose(total, stage_variance(passes, "epistemic") + within)


def test_doubt_that_no_weights_dispel_is_not_epistemic(make_pool: Any, rng: Any) -> None:
    pool = make_pool(2, dropout=[[APART, SURE], [APART, NEXT]])
    assert OrdinalVarianceDropout(2, "total")(pool, 1, rng) == [0]
    assert OrdinalVarianceDropout(2, "epistemic")(pool, 1, rng) == [1]

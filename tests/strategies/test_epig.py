from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

from albench.strategies.uncertainty.epig import Epig, epig, largest_epig


def plain(passes: Any, targets: Any) -> Any:
    scores = []
    for x in passes.swapaxes(0, 1):
        shared = []
        for other in targets.swapaxes(0, 1):
            joint = np.mean([np.outer(a, b) for a, b in zip(x, other, strict=True)], axis=0)
            apart = np.outer(x.mean(axis=0), other.mean(axis=0))
            cells = product(*map(range, joint.shape))
            shared.append(sum(joint[c] * np.log(joint[c] / apart[c]) for c in cells))
        scores.append(np.mean(shared))
    return np.array(scores)


def test_blocks_give_what_loops_give(rng: Any) -> None:
    passes = rng.dirichlet(np.ones(3), size=(5, 12))
    targets = rng.dirichlet(np.ones(3), size=(5, 7))
    np.testing.assert_allclose(epig(passes, targets, block=50), plain(passes, targets))


def test_the_best_are_scored_exactly_and_the_others_stay_below(rng: Any) -> None:
    passes = rng.dirichlet(np.full(4, 0.3), size=(6, 400)).astype(np.float32)
    passes[:, 7] = np.nan
    targets = passes[:, 10:30]
    exact, scores = epig(passes, targets), largest_epig(passes, targets, 20)
    best = np.argsort(-np.nan_to_num(exact))[:20]
    np.testing.assert_array_equal(scores[best], exact[best])
    others = np.setdiff1d(np.arange(400), [*best, 7])
    assert scores[others].max() < scores[best].min()
    assert np.isnan(scores[7])


def test_what_says_nothing_of_others_is_worth_nothing() -> None:
    split = np.array([[[1.0, 0.0]], [[0.0, 1.0]]])
    certain = np.array([[[1.0, 0.0]], [[1.0, 0.0]]])
    np.testing.assert_allclose(epig(split, certain), 0, atol=1e-12)
    np.testing.assert_allclose(epig(split, split), np.log(2))


def test_doubt_shared_by_the_pool_is_bought_before_doubt_of_one(make_pool: Any, rng: Any) -> None:
    # Three candidates depend on one fact about the weights, the first on another.
    fact, other = [0, 0, 1, 1], [0, 1, 0, 1]
    passes = [[np.eye(2)[o], *[np.eye(2)[f]] * 3] for f, o in zip(fact, other, strict=True)]
    assert Epig(4)(make_pool(4, dropout=passes), 4, rng)[-1] == 0

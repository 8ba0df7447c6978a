from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from skactiveml.pool import batch_bald as theirs

from albench.strategies.uncertainty.batchbald import BatchBald, LabelCases, batch_bald


def joint_information(passes: Any, batch: list[int]) -> float:
    n_classes = passes.shape[2]
    joint, noise = 0.0, 0.0
    for labels in product(range(n_classes), repeat=len(batch)):
        each = np.prod([passes[:, x, y] for x, y in zip(batch, labels, strict=True)], axis=0)
        joint -= each.mean() * np.log(each.mean())
        noise -= (each * np.log(each)).mean()
    return joint - noise


def plain(passes: Any, n: int) -> list[int]:
    picks: list[int] = []
    for _ in range(n):
        left = [x for x in range(passes.shape[1]) if x not in picks]
        picks.append(max(left, key=lambda x: joint_information(passes, [*picks, x])))
    return picks


@pytest.fixture
def passes(rng: Any) -> Any:
    return rng.dirichlet(np.ones(3), size=(6, 12))


def test_picks_are_those_of_brute_force(passes: Any, rng: Any) -> None:
    assert batch_bald(passes, 4, 1000, rng).tolist() == plain(passes, 4)


def test_picks_are_those_of_scikit_activeml(passes: Any, rng: Any) -> None:
    utilities = theirs(passes.copy(), batch_size=5, n_MC_samples=1000, random_state=0)
    expected = np.nanargmax(utilities, axis=1)
    assert batch_bald(passes, 5, 1000, rng).tolist() == expected.tolist()


def test_drawn_cases_estimate_what_all_cases_give(passes: Any, rng: Any) -> None:
    exact, drawn = LabelCases(6, 10**6, rng), LabelCases(6, 5000, rng)
    for pick in range(9):
        exact.extend(passes[:, pick])
        drawn.extend(passes[:, pick])
    assert drawn.drawn
    np.testing.assert_allclose(drawn.entropy_of(passes), exact.entropy_of(passes), atol=0.02)


def test_a_copy_is_not_bought_while_there_is_something_to_learn(make_pool: Any, rng: Any) -> None:
    split, other = [0, 1, 0, 1], [0, 0, 1, 1]
    soft = 0.05 + 0.9 * np.eye(2)
    passes = [[soft[a], soft[a], soft[a], soft[b]] for a, b in zip(split, other, strict=True)]
    assert 3 in BatchBald(4)(make_pool(4, dropout=passes), 2, rng)


def test_picks_are_distinct_when_nothing_is_left_to_learn(rng: Any) -> None:
    same = np.tile(rng.dirichlet(np.ones(3)), (4, 10, 1))
    assert len(set(batch_bald([*same], 10, 20, rng).tolist())) == 10

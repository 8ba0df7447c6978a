from __future__ import annotations

from typing import Any

import numpy as np

from albench.strategies.references.random import RandomClass, RandomSubject, round_robin

STRATA = np.array([0] * 90 + [1] * 9 + [2])


def test_each_stratum_comes_once_before_any_comes_twice(rng: Any) -> None:
    order = round_robin(STRATA, rng)
    assert sorted(STRATA[order[:3]]) == [0, 1, 2]
    assert sorted(STRATA[order[3:5]]) == [0, 1]


def test_every_position_comes_once(rng: Any) -> None:
    assert sorted(round_robin(STRATA, rng)) == list(range(100))


def test_large_strata_are_not_first_more_often(rng: Any) -> None:
    firsts = [STRATA[round_robin(STRATA, rng)[0]] for _ in range(900)]
    assert np.bincount(firsts, minlength=3).min() > 240


def test_random_class_takes_as_many_of_each_predicted_class(make_pool: Any, rng: Any) -> None:
    proba = [[0.9, 0.1]] * 12 + [[0.2, 0.8]] * 4
    picks = RandomClass()(make_pool(16, proba=proba), 8, rng)
    assert sum(picks >= 12) == 4


def test_random_subject_takes_no_subject_twice_while_others_are_left(
    make_pool: Any, rng: Any
) -> None:
    subjects = np.array([0] * 10 + [1, 2, 3])
    picks = RandomSubject()(make_pool(13, subjects=subjects), 4, rng)
    assert set(subjects[picks]) == {0, 1, 2, 3}

# ruff: noqa: N803  # X is modAL's name
"""The learner keeps its labelled set and asks its strategy, on the newest scikit-learn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from modAL.disagreement import vote_entropy_sampling
from modAL.models import Committee

from albench.api import PoolView, needs
from albench.errors import DataError, UndeclaredNeed
from albench.learn.learner import Learner
from albench.learn.pool_views import QueryRound

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Problems = Callable[..., Any]  # the Problem of conftest, which cannot be imported


class _LeastSure:
    """Remembers the view it was given."""

    def __init__(self, *declared: str) -> None:
        self.needs = frozenset(declared or {needs.PROBA})
        self.pool: PoolView | None = None

    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> NDArray[np.intp]:
        self.pool = pool
        return np.argsort(pool.proba.max(1))[:n]


def _learner(toy: Any, *declared: str) -> Learner:
    learner = Learner(toy.classifier(), _LeastSure(*declared))
    learner.teach(*toy.labelled)
    return learner


def test_teaching_adds_to_the_labelled_set_and_trains_on_all_of_it(problem: Problems) -> None:
    toy = problem()
    X, y = toy.labelled
    learner = Learner(toy.classifier(), _LeastSure())

    learner.teach(X[:20], y[:20])
    learner.teach(X[20:], y[20:])

    np.testing.assert_array_equal(learner.X_training, X)
    np.testing.assert_array_equal(learner.y_training, y)
    assert learner.estimator.state_hash() == toy.fitted().state_hash()


def test_teaching_only_the_new_keeps_what_is_known(problem: Problems) -> None:
    toy = problem()
    X, y = toy.labelled
    learner = Learner(toy.classifier(), _LeastSure())
    learner.teach(X[:20], y[:20])

    learner.teach(X[20:], y[20:], only_new=True)

    assert len(learner.X_training) == len(X)
    assert learner.estimator.state_hash() == toy.classifier().fit(X[20:], y[20:]).state_hash()


def test_fitting_forgets_what_was_known(problem: Problems) -> None:
    toy = problem()
    X, y = toy.labelled
    learner = _learner(toy)

    learner.fit(X[:10], y[:10])

    np.testing.assert_array_equal(learner.X_training, X[:10])


def test_a_query_gives_positions_and_their_candidates(problem: Problems) -> None:
    toy = problem()
    learner = _learner(toy)

    positions, candidates = learner.query(toy.pool, 5, rng=np.random.default_rng(0))

    np.testing.assert_array_equal(candidates, toy.pool[positions])
    sure = learner.estimator.predict_proba(toy.pool).max(1)
    np.testing.assert_array_equal(np.sort(sure[positions]), np.sort(sure)[:5])


def test_the_strategy_sees_the_round_and_the_labelled_set(problem: Problems) -> None:
    toy = problem()
    strategy = _LeastSure()
    learner = Learner(toy.classifier(), strategy)
    learner.teach(*toy.labelled)

    learner.query(toy.pool, 1, rng=np.random.default_rng(0), round=QueryRound(number=4))

    pool = strategy.pool
    assert pool is not None
    assert (pool.round, pool.n_classes, pool.modalities) == (4, 3, ("image", "table"))
    np.testing.assert_array_equal(pool.labels, toy.labelled[1])
    np.testing.assert_array_equal(pool.labelled_candidates, toy.labelled[0])
    np.testing.assert_array_equal(pool.subjects, toy.pool[:, 0] // 2)
    np.testing.assert_array_equal(pool.labelled_subjects, toy.labelled[0][:, 0] // 2)


def test_the_rounds_seeds_decide_its_dropout_passes(problem: Problems) -> None:
    toy = problem()
    learner = _learner(toy, needs.PROBA, needs.DROPOUT_PROBA)

    one, same, other = (
        next(learner.view(toy.pool, QueryRound(dropout_seed=seed)).dropout_proba(1))
        for seed in (1, 1, 2)
    )

    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)


def test_what_the_strategy_does_not_declare_cannot_be_read(problem: Problems) -> None:
    toy = problem()

    with pytest.raises(UndeclaredNeed, match="embeddings"):
        _ = _learner(toy).view(toy.pool).embeddings


def test_a_round_trained_elsewhere_is_taken_over(problem: Problems) -> None:
    toy = problem()
    elsewhere = _learner(toy)
    learner = Learner(toy.classifier(), _LeastSure())

    labelled, labels = toy.labelled
    learner.adopt(labelled, labels, elsewhere.estimator.state())

    assert learner.estimator.state_hash() == elsewhere.estimator.state_hash()
    np.testing.assert_array_equal(learner.X_training, elsewhere.X_training)


@pytest.mark.parametrize(
    ("X", "y", "match"),
    [
        ([[0, 0]], [0, 1], "found"),
        ([0, 1], [0, 1], "found"),
        ([[0.5, 0]], [0], "whole numbers"),
        ([[0, 0]], ["a"], "whole numbers"),
    ],
)
def test_what_are_no_candidates_are_refused(problem: Problems, X: Any, y: Any, match: str) -> None:
    with pytest.raises(DataError, match=match):
        Learner(problem().classifier(), _LeastSure()).teach(X, y)


def test_learners_work_in_modals_committee(problem: Problems) -> None:
    toy = problem()
    X, y = toy.labelled
    members = [Learner(toy.classifier(), _LeastSure()) for _ in range(2)]
    for number, member in enumerate(members):
        member.teach(X[number::2], y[number::2])
    committee = Committee(learner_list=members, query_strategy=vote_entropy_sampling)

    positions, candidates = committee.query(toy.pool, n_instances=4)

    np.testing.assert_array_equal(candidates, toy.pool[positions])

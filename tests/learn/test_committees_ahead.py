"""Committees that are trained ahead, with those of others, answer as if trained when asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from albench.learn.committee_networks import CommitteesAhead
from albench.learn.committee_sizes import MOST_AHEAD
from albench.learn.lockstep import Lockstep, Pupil
from albench.learn.scoring import ClassifierSource
from albench.spec.training import Training

if TYPE_CHECKING:
    from collections.abc import Callable

    Problems = Callable[..., Any]  # the Problem of conftest, which cannot be imported


class CountingLockstep(Lockstep):
    """One that tells how many classifiers it has trained at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.sizes: list[int] = []

    def fit(self, pupils: Any) -> None:
        """Train them."""
        self.sizes.append(len(pupils))
        super().fit(pupils)


@pytest.fixture
def toy(problem: Problems) -> Any:
    """Return vectors, which learn in lockstep, and their labels."""
    toy = problem(training=Training(epochs=3, learning_rate=3e-3))
    toy.shapes, toy.X = {"table": (5,)}, toy.X[:, 1:]
    toy.arrays = {"table": toy.arrays["table"]}
    toy.store = toy.store_of(0, 60)
    return toy


def _source(toy: Any, lockstep: Lockstep, seed: int = 2) -> ClassifierSource:
    labelled, labels = toy.labelled
    classifier = toy.fitted()
    classifier.lockstep, classifier.committees = lockstep, CommitteesAhead()
    return ClassifierSource(
        classifier=classifier, labelled=labelled, labels=labels, dropout_seed=1, committee_seed=seed
    )


def _likely(source: ClassifierSource) -> list[Pupil]:
    committees = source.classifier.committees
    assert committees is not None
    return committees.pupils(
        source.classifier, source.labelled, source.labels, source.committee_seed
    )


def test_members_of_two_cells_learn_together_and_answer_the_same(toy: Any) -> None:
    lockstep = CountingLockstep()
    sources = [_source(toy, lockstep, seed) for seed in (2, 3)]
    when_asked = [list(source.committee_proba(toy.pool, 3)) for source in sources]
    assert lockstep.sizes == [3, 3]

    lockstep.fit([pupil for source in sources for pupil in _likely(source)])
    ahead = [list(source.committee_proba(toy.pool, 3)) for source in sources]

    assert lockstep.sizes == [3, 3, 6], "nothing was trained when it was asked for"
    np.testing.assert_array_equal(ahead, when_asked)


def test_a_larger_committee_than_last_time_is_trained_when_it_is_asked_for(toy: Any) -> None:
    lockstep = CountingLockstep()
    source = _source(toy, lockstep)
    expected = list(source.committee_proba(toy.pool, 3))
    source.classifier.committees = CommitteesAhead()
    next(source.committee_proba(toy.pool, 1))

    lockstep.fit(_likely(source))
    members = list(source.committee_proba(toy.pool, 3))

    assert lockstep.sizes == [3, 1, 1, 3]
    np.testing.assert_array_equal(members, expected)


def test_who_asked_for_none_gets_none_and_what_is_kept_is_let_go(toy: Any) -> None:
    source = _source(toy, CountingLockstep())
    assert _likely(source) == []

    next(source.committee_proba(toy.pool, 2))
    assert len(_likely(source)) == 2
    source.classifier.forget_predictions()
    assert source.classifier.committees is not None
    assert source.classifier.committees.taken(source.committee_seed, 2) == []


def test_a_committee_of_known_size_is_trained_before_the_first_query(toy: Any) -> None:
    source = _source(toy, CountingLockstep())
    source.classifier.committees = CommitteesAhead(4)

    assert len(_likely(source)) == 4


def test_a_very_large_committee_is_not_trained_ahead(toy: Any) -> None:
    source = _source(toy, CountingLockstep())
    assert source.classifier.committees is not None
    source.classifier.committees.taken(source.committee_seed, MOST_AHEAD + 1)

    assert _likely(source) == []


def test_image_streams_that_learn_share_no_lockstep(problem: Problems) -> None:
    images = problem()
    source = _source(images, CountingLockstep())
    assert source.classifier.committees is not None
    source.classifier.committees.taken(source.committee_seed, 2)

    assert _likely(source) == []

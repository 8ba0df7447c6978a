"""A pool source answers for its round, and its committees are independent of the classifier."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from albench.learn.optimisation import Seeds
from albench.learn.scoring import ClassifierSource
from albench.spec.training import Training

if TYPE_CHECKING:
    from collections.abc import Callable

    Problems = Callable[..., Any]  # the Problem of conftest, which cannot be imported


def _source(toy: Any, **seeds: int) -> ClassifierSource:
    labelled, labels = toy.labelled
    chosen = {"dropout_seed": 1, "committee_seed": 2, **seeds}
    return ClassifierSource(classifier=toy.fitted(), labelled=labelled, labels=labels, **chosen)


@pytest.mark.parametrize("ask", ["dropout_proba", "committee_proba"])
def test_asking_again_gives_the_same_answers(problem: Problems, ask: str) -> None:
    toy = problem()
    source = _source(toy)

    first, again = (list(getattr(source, ask)(toy.pool, 2)) for _ in range(2))

    np.testing.assert_array_equal(first, again)


@pytest.mark.parametrize(
    ("ask", "seed"), [("dropout_proba", "dropout_seed"), ("committee_proba", "committee_seed")]
)
def test_another_round_gives_other_answers(problem: Problems, ask: str, seed: str) -> None:
    toy = problem()
    one, two = _source(toy), _source(toy, **{seed: 9})

    assert not np.array_equal(*(next(getattr(source, ask)(toy.pool, 1)) for source in (one, two)))


@pytest.mark.parametrize("n_modalities", [1, 2], ids=["heads", "heads of two"])
def test_heads_learn_and_disagree(problem: Problems, n_modalities: int) -> None:
    toy = problem(n_modalities, Training(epochs=40, learning_rate=3e-3))
    members = list(_source(toy).committee_proba(toy.pool, 3))

    right = [(proba.argmax(1) == toy.y[~toy.test][1::2]).mean() for proba in members]

    assert min(right) > 0.8
    assert np.abs(members[0] - members[1]).max() > 0.01


def test_where_no_images_are_learnt_members_are_whole_networks(problem: Problems) -> None:
    toy = problem(training=Training(epochs=10, learning_rate=3e-3))
    toy.shapes, toy.X = {"table": (5,)}, toy.X[:, 1:]
    toy.arrays = {"table": toy.arrays["table"]}
    toy.store = toy.store_of(0, 60)
    source = _source(toy)
    drawn = np.random.SeedSequence((2, 0)).generate_state(3, np.uint32)
    weights, batches, dropout = map(int, drawn)
    seeds = Seeds(weights=weights, batches=batches, dropout=dropout)

    member = next(source.committee_proba(toy.pool, 1))

    np.testing.assert_array_equal(member, toy.fitted(seeds=seeds).predict_proba(toy.pool))


def test_a_committee_leaves_the_classifier_as_it_was(problem: Problems) -> None:
    toy = problem()
    source = _source(toy)
    before = source.classifier.state_hash(), source.proba(toy.pool)

    list(source.committee_proba(toy.pool, 2))

    assert source.classifier.state_hash() == before[0]
    np.testing.assert_array_equal(source.proba(toy.pool), before[1])


def test_heads_are_trained_on_the_classifiers_vectors(
    problem: Problems, monkeypatch: pytest.MonkeyPatch
) -> None:
    toy = problem()
    source = _source(toy)
    source.classifier.vectors()

    def never(*_: object) -> None:
        raise AssertionError("encoded anew")

    monkeypatch.setattr(type(source.classifier.module_), "encode", never)

    assert len(list(source.committee_proba(toy.pool, 2))) == 2


def test_everything_it_offers_is_the_classifiers(problem: Problems) -> None:
    toy = problem()
    source = _source(toy)
    classifier = source.classifier

    np.testing.assert_array_equal(source.proba(toy.pool), classifier.predict_proba(toy.pool))
    np.testing.assert_array_equal(source.embeddings(toy.pool), classifier.embeddings(toy.pool))
    np.testing.assert_array_equal(
        source.masked_proba(toy.pool, ("table",)), classifier.masked_proba(toy.pool, ["table"])
    )
    assert source.stream_embeddings(toy.pool).keys() == {"image", "table"}

"""What a strategy is shown of a pool leads to nothing that audits alone may know."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from albench.api.needs import HIDDEN_LABELS
from albench.cohort.budget import Schedule
from albench.cohort.join import Cohort, join
from albench.errors import UndeclaredNeed
from albench.execute.query import Question, ask, teller
from albench.execute.task import Unlabelled
from albench.testing.object_graph import reachable

if TYPE_CHECKING:
    from collections.abc import Callable

    from albench.api import Modality, PoolView


class Walks:
    """A strategy that follows every reference it is given, and keeps what it finds."""

    needs: frozenset[str] = frozenset()
    found: list[object]

    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> np.ndarray:
        self.found = [found for _, found in reachable(pool)]
        self.labels = pool.labels.tolist()
        return np.arange(n)


def asked(cohort: Cohort) -> Question:
    """Four of eight candidates are labelled; two of the others are to be bought."""
    data = Unlabelled(
        modalities=cohort.modalities,
        n_classes=len(cohort.classes),
        candidates=cohort.candidates,
        candidate_subjects=cohort.candidate_subjects,
        train=np.arange(8),
        test=np.arange(0),
        schedule=Schedule((4, 6), "candidates"),
    )
    labels = cohort.candidate_labels[:4].copy()
    return Question(data, np.arange(4), labels, np.arange(4, 8), 2, "candidates", 1)


def test_a_strategy_is_shown_given_labels_and_finds_neither_true_ones_nor_marks(
    make_modality: Callable[..., Modality],
) -> None:
    labels = {f"P{i}": "ab"[i % 2] for i in range(8)}
    failed = np.arange(8) < 3
    modality = replace(make_modality(labels, labels), marks={"failed": failed})
    true = join("c", {"m": modality})
    cohort = replace(true, given_labels=1 - true.true_labels)
    question = asked(cohort)
    strategy, source = Walks(), object()
    rng = np.random.default_rng(0)
    ask(question, lambda: strategy, _any(source), lambda: "hash", rng, "a strategy")
    assert strategy.labels == (1 - true.true_labels[:4]).tolist()
    assert strategy.found
    assert not any(isinstance(found, Cohort) for found in strategy.found)
    arrays = [found for found in strategy.found if isinstance(found, np.ndarray)]
    assert arrays
    assert not any(array.dtype == np.bool_ or len(array) == len(true.labels) for array in arrays)


class Peeks(Walks):
    """An oracle, or who would like to be one."""

    needs = frozenset({HIDDEN_LABELS})

    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> np.ndarray:
        self.labels = pool.hidden_labels.tolist()
        return super().__call__(pool, n, rng)


@pytest.fixture
def question(make_modality: Callable[..., Modality]) -> Question:
    """Four of eight candidates are in the pool, of classes 0, 1, 0, 1."""
    labels = {f"P{i}": "ab"[i % 2] for i in range(8)}
    cohort = join("c", {"m": make_modality(labels, labels)})
    return asked(cohort)


def test_labels_of_the_pool_are_refused_to_a_strategy_that_is_not_tagged(
    question: Question,
) -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(UndeclaredNeed, match="a strategy, round 1: the labels of the pool"):
        ask(question, Peeks, _any(object()), lambda: "hash", rng, "a strategy")


def test_an_oracle_is_told_the_labels_of_the_pool_and_no_others(question: Question) -> None:
    candidates = question.data.candidates
    told = teller(candidates[question.pool], np.array([0, 1, 0, 1]))
    assert told(candidates[[7, 4]]).tolist() == [1, 0]
    with pytest.raises(KeyError):
        told(candidates[[0]])


def test_an_oracle_may_read_them(question: Question) -> None:
    rng = np.random.default_rng(0)
    oracle = replace(question, pool_labels=np.array([0, 1, 0, 1]))
    assert len(ask(oracle, Peeks, _any(object()), lambda: "hash", rng, "an oracle")) == 2


def _any(source: object) -> Any:  # a source that is not asked
    return source

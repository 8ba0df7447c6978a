"""From the pool view, a strategy cannot reach what only audits may know."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from albench.api import PoolView
from albench.api.needs import HIDDEN_LABELS
from albench.cohort.join import Cohort, join
from albench.errors import QueryFault, UndeclaredNeed
from albench.execute.checked_strategy import CheckedStrategy, teller
from albench.execute.query_checks import checked_picks
from albench.testing.object_graph import reachable

if TYPE_CHECKING:
    from collections.abc import Callable

    from albench.api import Modality


class Walks:
    """A strategy that follows every reference it is given, and keeps what it finds."""

    needs: frozenset[str] = frozenset()
    found: list[object]

    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> np.ndarray:
        self.found = [part for _, part in reachable(pool)]
        self.labels = pool.labels.tolist()
        return np.arange(n)


def ask(cohort: Cohort, strategy: Any, tell_labels: Any = None) -> np.ndarray:
    """Four of eight candidates are labelled; two of the others are to be bought."""
    candidates, subjects = cohort.candidates, cohort.candidate_subjects
    labelled, pool = np.arange(4), np.arange(4, 8)
    source: Any = object()  # it is not asked
    checked = CheckedStrategy(lambda: strategy, lambda: "hash", "candidates", "a strategy, round 1")
    view = PoolView(
        source,
        needs=checked.needs,
        modalities=cohort.modalities,
        n_classes=len(cohort.classes),
        candidates=candidates[pool],
        subjects=subjects[pool],
        labelled_candidates=candidates[labelled],
        labelled_subjects=subjects[labelled],
        labels=cohort.candidate_labels[labelled],
        round=1,
        tell_labels=tell_labels,
    )
    return checked(view, 2, np.random.default_rng(0))


def test_a_strategy_is_shown_given_labels_and_finds_neither_true_ones_nor_marks(
    make_modality: Callable[..., Modality],
) -> None:
    labels = {f"P{i}": "ab"[i % 2] for i in range(8)}
    failed = np.arange(8) < 3
    modality = replace(make_modality(labels, labels), marks={"failed": failed})
    true = join("c", {"m": modality})
    cohort = replace(true, given_labels=1 - true.true_labels)
    strategy = Walks()
    ask(cohort, strategy)
    assert strategy.labels == (1 - true.true_labels[:4]).tolist()
    assert strategy.found
    assert not any(isinstance(part, Cohort) for part in strategy.found)
    arrays = [part for part in strategy.found if isinstance(part, np.ndarray)]
    assert arrays
    assert not any(array.dtype == np.bool_ or len(array) == len(true.labels) for array in arrays)


class Peeks(Walks):
    """An oracle, or who would like to be one."""

    needs = frozenset({HIDDEN_LABELS})

    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> np.ndarray:
        self.labels = pool.hidden_labels.tolist()
        return super().__call__(pool, n, rng)


@pytest.fixture
def cohort(make_modality: Callable[..., Modality]) -> Cohort:
    """Four of eight candidates are in the pool, of classes 0, 1, 0, 1."""
    labels = {f"P{i}": "ab"[i % 2] for i in range(8)}
    return join("c", {"m": make_modality(labels, labels)})


def test_labels_of_the_pool_are_refused_to_a_strategy_that_is_not_tagged(cohort: Cohort) -> None:
    with pytest.raises(UndeclaredNeed, match="a strategy, round 1: the labels of the pool"):
        ask(cohort, Peeks())


def test_an_oracle_is_told_the_labels_of_the_pool_and_no_others(cohort: Cohort) -> None:
    tell = teller(cohort.candidates[4:8], np.array([0, 1, 0, 1]))
    assert tell(cohort.candidates[[7, 4]]).tolist() == [1, 0]
    with pytest.raises(KeyError):
        tell(cohort.candidates[[0]])


def test_an_oracle_may_read_them(cohort: Cohort) -> None:
    tell = teller(cohort.candidates[4:8], np.array([0, 1, 0, 1]))
    assert len(ask(cohort, Peeks(), tell)) == 2


@pytest.mark.parametrize("answer", [[[1], [2, 3]], (0, [1]), [np.arange(2), np.arange(3)]])
def test_positions_in_rows_of_unequal_lengths_are_the_strategy_s_fault(answer: object) -> None:
    with pytest.raises(QueryFault, match="mine, round 1: expected an array of 2 positions, found"):
        checked_picks(answer, 2, 5, "mine, round 1")

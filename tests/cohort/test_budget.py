"""Budgets become integers, and first labels are drawn as specified."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from albench.cohort.budget import Schedule, first_labels, schedule
from albench.cohort.join import join

if TYPE_CHECKING:
    from collections.abc import Callable

    from albench.api import Modality
    from albench.cohort.join import Cohort

    First = Literal["random", "stratified"]

AMOUNTS = st.integers(1, 300) | st.floats(0.001, 1.0)


def test_the_paper_s_budget_gives_the_paper_s_shares() -> None:
    targets = schedule(620, 0.1, 0.025, 1.0, "candidates").targets
    assert targets[:3] == (62, 77, 92)
    assert [round(100 * targets[k] / 620, 1) for k in (7, 32)] == [26.9, 87.4]


@pytest.mark.parametrize(
    ("n", "k", "printed"),
    [(620, 7, 26.9), (620, 32, 87.4), (565, 12, 39.6), (565, 32, 89.2)],
)
def test_every_round_follows_the_formula_that_the_paper_s_shares_imply(
    n: int, k: int, printed: float
) -> None:
    targets = schedule(n, 0.1, 0.025, 1.0, "candidates").targets
    assert targets[k] == n // 10 + k * (n * 25 // 1000)
    assert round(100 * targets[k] / n, 1) == printed


@pytest.mark.parametrize(
    ("amounts", "targets"),
    [
        ((20, 20, 80), (20, 40, 60, 80)),
        ((20, 20, 70), (20, 40, 60, 70)),
        ((20, 20, 21), (20, 21)),
        ((20, 20, 20), (20,)),
        ((20, 20, 10), (20,)),
        ((0.1, 0.2, 0.5), (10, 30, 50)),
        ((0.1, 20, 1.0), (10, 30, 50, 70, 90, 100)),
        ((500, 20, 1.0), (100,)),
        ((90, 0.5, 1.0), (90, 100)),
        ((0.001, 0.001, 3), (1, 2, 3)),
        ((0.29, 50, 1.0), (29, 79, 100)),
        ((0, 20, 50), (0, 20, 40, 50)),
        ((0, 0.5, 1.0), (0, 50, 100)),
    ],
    ids=str,
)
def test_amounts_become_rising_counts_that_end_at_stop(
    amounts: tuple[float, float, float], targets: tuple[int, ...]
) -> None:
    assert schedule(100, *amounts, "candidates") == Schedule(targets, "candidates")


@given(st.integers(1, 2000), AMOUNTS, AMOUNTS, AMOUNTS)
@settings(derandomize=True, deadline=None, max_examples=100)
def test_targets_rise_by_one_step_and_never_exceed_what_there_is(
    n: int, initial: float, query: float, stop: float
) -> None:
    targets = schedule(n, initial, query, stop, "subjects").targets
    steps = np.diff(targets)
    assert 1 <= targets[0] <= targets[-1] <= n
    assert np.all(steps > 0)
    assert len(set(steps[:-1].tolist())) <= 1
    assert np.all(steps[-1:] <= steps[:1])


@pytest.fixture
def cohort(make_modality: Callable[..., Modality]) -> Cohort:
    """Twelve subjects, three candidates each; eight of class a, three of b, one of c."""
    names = [f"P{i:02}" for i in range(12)]
    labels = dict(zip(names, "aaaaaaaabbbc", strict=True))
    return join("clinic", {"m": make_modality(names * 3, labels)})


TRAIN = np.arange(3, 36)  # all candidates but those of the first subject


@pytest.mark.parametrize("first", ["random", "stratified"])
def test_first_labels_are_distinct_sorted_training_candidates(first: First, cohort: Cohort) -> None:
    plan = Schedule((10,), "candidates")
    chosen = first_labels(cohort, TRAIN, plan, first, np.random.default_rng(0))
    assert len(chosen) == 10
    assert chosen.tolist() == sorted(set(chosen.tolist()) & set(TRAIN.tolist()))


@pytest.mark.parametrize("first", ["random", "stratified"])
def test_first_subjects_come_with_all_their_candidates(first: First, cohort: Cohort) -> None:
    plan = Schedule((4,), "subjects")
    chosen = first_labels(cohort, TRAIN, plan, first, np.random.default_rng(0))
    owners, counts = np.unique(cohort.candidate_subjects[chosen], return_counts=True)
    assert len(owners) == 4
    assert set(counts.tolist()) == {3}
    assert 0 not in owners


@pytest.mark.parametrize(
    ("n", "expected"),
    [(3, [1, 1, 1]), (6, [2, 2, 2]), (9, [3, 3, 3]), (12, [5, 4, 3]), (33, [21, 9, 3])],
)
def test_stratified_first_labels_take_the_classes_in_turn(
    n: int, expected: list[int], cohort: Cohort
) -> None:
    for seed in range(5):
        plan = Schedule((n,), "candidates")
        chosen = first_labels(cohort, TRAIN, plan, "stratified", np.random.default_rng(seed))
        counts = np.bincount(cohort.candidate_labels[chosen])
        assert sorted(counts.tolist(), reverse=True) == expected


def test_stratified_first_subjects_take_the_classes_in_turn(cohort: Cohort) -> None:
    plan = Schedule((3,), "subjects")
    chosen = first_labels(cohort, TRAIN, plan, "stratified", np.random.default_rng(0))
    assert np.bincount(cohort.candidate_labels[chosen]).tolist() == [3, 3, 3]


def test_first_labels_are_drawn_by_the_labels_as_they_are_given(cohort: Cohort) -> None:
    given = np.zeros(36, dtype=np.intp)
    given[[10, 20]] = 1, 2
    noisy = replace(cohort, given_labels=given)
    chosen = first_labels(
        noisy, TRAIN, Schedule((3,), "candidates"), "stratified", np.random.default_rng(0)
    )
    assert {10, 20} < set(chosen.tolist())


def test_a_subject_counts_as_what_most_of_its_candidates_are_labelled(cohort: Cohort) -> None:
    given = np.zeros(36, dtype=np.intp)
    given[[3, 6, 7, 34, 35]] = 1, 1, 1, 2, 2  # one of subject 1, two of 2, two of 11
    noisy = replace(cohort, given_labels=given)
    plan = Schedule((3,), "subjects")
    chosen = first_labels(noisy, TRAIN, plan, "stratified", np.random.default_rng(0))
    assert {2, 11} < set(cohort.candidate_subjects[chosen].tolist())


def test_random_first_labels_favour_nobody(cohort: Cohort) -> None:
    counts = np.zeros(36)
    plan = Schedule((11,), "candidates")
    for seed in range(600):
        counts[first_labels(cohort, TRAIN, plan, "random", np.random.default_rng(seed))] += 1
    assert abs(counts[3:] - 200).max() < 50  # the standard deviation is 11.5


def test_the_whole_training_part_may_be_labelled_first(cohort: Cohort) -> None:
    plan = Schedule((33,), "candidates")
    chosen = first_labels(cohort, TRAIN, plan, "random", np.random.default_rng(0))
    assert chosen.tolist() == TRAIN.tolist()


def test_one_seed_gives_one_first_set_and_another_another(cohort: Cohort) -> None:
    plan = Schedule((10,), "candidates")
    one, same, other = (
        first_labels(cohort, TRAIN, plan, "random", np.random.default_rng(seed)).tolist()
        for seed in (0, 0, 1)
    )
    assert one == same != other

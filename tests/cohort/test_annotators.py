"""Annotators err at their stated rates, alike for all strategies, and the majority counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from albench.cohort import first_labels
from albench.cohort.annotators import NO_ANSWER, about_annotators, as_labelled, in_words
from albench.cohort.join import join
from albench.cohort.marks import candidate_marks
from albench.spec import BudgetSpec

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from albench.api import Modality
    from albench.cohort.join import Cohort

    Terms = dict[str, Any]  # counts, shares, tables of shares

N_TEST = 600


@pytest.fixture
def cohort(make_modality: Callable[..., Modality]) -> Cohort:
    """Join 3000 subjects in three classes, two samples each of a, one of b."""
    names = [f"P{i:04}" for i in range(3000)]
    labels = {name: "abc"[i % 3] for i, name in enumerate(names)}
    return join("c", {"a": make_modality(names * 2, labels), "b": make_modality(names)})


def training(cohort: Cohort) -> NDArray[np.intp]:
    return np.flatnonzero(cohort.candidate_subjects >= N_TEST)


def labelled(cohort: Cohort, *annotators: Terms, seed: int = 0) -> Cohort:
    return as_labelled(cohort, training(cohort), 0.0, annotators, np.random.default_rng(seed))


def confusion(cohort: Cohort, *annotators: Terms) -> NDArray[np.float64]:
    """Return by true class the shares of answers, the last of which is none."""
    given = labelled(cohort, *annotators)
    counts = np.zeros((3, 4))
    train = training(cohort)
    np.add.at(counts, (given.true_labels[train], given.candidate_labels[train]), 1)
    return np.asarray(counts / counts.sum(axis=1, keepdims=True))


NEAR = 0.035
"""Four standard errors of a share near 0.3 of 1600 candidates are 0.046, near 0.1 they are 0.03."""


@pytest.mark.parametrize(
    ("annotator", "expected"),
    [
        ({"wrong": 0.2}, [[0.8, 0.1, 0.1, 0], [0.1, 0.8, 0.1, 0], [0.1, 0.1, 0.8, 0]]),
        ({"pairs": [["a", "c", 0.2]]}, [[0.8, 0, 0.2, 0], [0, 1, 0, 0], [0.2, 0, 0.8, 0]]),
        (
            {"confusion": {"b": {"a": 0.1, "b": 0.6, "c": 0.3}}},
            [[1, 0, 0, 0], [0.1, 0.6, 0.3, 0], [0, 0, 1, 0]],
        ),
        ({"abstain": 0.2}, [[0.8, 0, 0, 0.2], [0, 0.8, 0, 0.2], [0, 0, 0.8, 0.2]]),
        (
            {"wrong": 0.1, "pairs": [["a", "b", 0.1]], "abstain": 0.5},
            [[0.425, 0.075, 0.025, 0.5], [0.075, 0.425, 0.025, 0.5], [0.025, 0.025, 0.45, 0.5]],
        ),
        (
            {"wrong": 0.2, "difficulty": 1.0},
            [[0.8, 0.1, 0.1, 0], [0.1, 0.8, 0.1, 0], [0.1, 0.1, 0.8, 0]],
        ),
    ],
    ids=["uniform", "pair", "confusion", "abstaining", "all at once", "difficulty"],
)
def test_answers_are_as_often_wrong_as_they_should(
    cohort: Cohort, annotator: Terms, expected: list[list[float]]
) -> None:
    shares = confusion(cohort, annotator)
    assert np.abs(shares - expected).max() < NEAR
    assert not shares[np.array(expected) == 0].any()


def test_a_majority_of_three_is_wrong_where_two_are(cohort: Cohort) -> None:
    """Two classes are confused by a fifth each: 3 * 0.2^2 * 0.8 + 0.2^3 = 0.104."""
    shares = confusion(cohort, {"number": 3, "pairs": [["a", "b", 0.2]]})
    assert abs(shares[[0, 1], [1, 0]].mean() - 0.104) < 0.02  # the standard error is 0.0054


def test_a_majority_cures_hard_samples_less(cohort: Cohort) -> None:
    """With errors of u * 0.4 on hardness u, three err together in 3 p^2 - 2 p^3: 0.128."""
    hard = {"number": 3, "pairs": [["a", "b", 0.2]], "difficulty": 1.0}
    assert abs(confusion(cohort, hard)[[0, 1], [1, 0]].mean() - 0.128) < 0.02
    even, uneven = (
        np.mean([wrong(labelled(cohort, part, seed=seed)).mean() for seed in range(5)])
        for part in (hard | {"difficulty": 0.0}, hard)
    )
    assert uneven > even


def wrong(cohort: Cohort) -> NDArray[np.bool_]:
    return np.asarray(cohort.candidate_labels != cohort.true_labels)


def test_a_tie_is_broken_either_way(cohort: Cohort) -> None:
    liar = {"confusion": {"a": {"b": 1.0}}}
    shares = confusion(cohort, liar, {"wrong": 0.0})
    assert np.abs(shares[0] - [0.5, 0.5, 0, 0]).max() < NEAR


def test_who_abstains_leaves_it_to_the_others(cohort: Cohort) -> None:
    shares = confusion(cohort, {"number": 2, "wrong": 0.2, "abstain": 0.999}, {"wrong": 0.0})
    assert shares.diagonal().min() > 0.99
    assert not shares[:, NO_ANSWER].any()


def test_another_annotator_changes_nobody_s_answers(cohort: Cohort) -> None:
    """Two silent colleagues leave the answers as they were."""
    silent = {"number": 2, "abstain": 1.0}  # not allowed by a specification, and telling here
    alone, among = labelled(cohort, {"wrong": 0.3}), labelled(cohort, {"wrong": 0.3}, silent)
    assert np.array_equal(alone.candidate_labels, among.candidate_labels)


def test_answers_depend_neither_on_the_split_nor_on_other_modalities(
    cohort: Cohort, make_modality: Callable[..., Modality]
) -> None:
    everybody = as_labelled(
        cohort,
        np.arange(len(cohort.candidates)),
        0.0,
        [{"wrong": 0.3, "abstain": 0.1}],
        np.random.default_rng(0),
    )
    part = labelled(cohort, {"wrong": 0.3, "abstain": 0.1})
    train = training(cohort)
    assert np.array_equal(everybody.candidate_labels[train], part.candidate_labels[train])


def test_test_labels_and_labels_of_subjects_stay_true(cohort: Cohort) -> None:
    given = labelled(cohort, {"wrong": 0.9, "abstain": 0.5})
    test = np.setdiff1d(np.arange(len(cohort.candidates)), training(cohort))
    assert np.array_equal(given.candidate_labels[test], given.true_labels[test])
    assert np.array_equal(given.labels, cohort.labels)


def test_wrong_and_missing_labels_are_marked_apart(cohort: Cohort) -> None:
    given = labelled(cohort, {"wrong": 0.3, "abstain": 0.1})
    marks = candidate_marks(given)
    assert np.array_equal(marks["no label"], given.candidate_labels == NO_ANSWER)
    assert not (marks["no label"] & marks["wrong label"]).any()
    assert "no label" not in candidate_marks(labelled(cohort, {"wrong": 0.3}))


@pytest.mark.parametrize("of", ["candidates", "subjects"])
@pytest.mark.parametrize("how", [{"initial": 50}, {"initial": "9 per class"}])
def test_first_labels_are_drawn_among_those_that_somebody_labelled(
    cohort: Cohort, of: str, how: Terms
) -> None:
    given = labelled(cohort, {"abstain": 0.9})
    terms = BudgetSpec.model_validate({"of": of, **how}).model_dump()
    plan = first_labels.rounds(given, training(given), terms)
    first = first_labels.first_set(given, training(given), plan, terms, np.random.default_rng(1))
    has_label = given.candidate_labels[first] >= 0
    owners = given.candidate_subjects[first]
    assert set(owners) == set(owners[has_label])
    assert of == "subjects" or has_label.all()


@pytest.mark.parametrize(
    ("annotator", "said"),
    [
        ({"pairs": [["a", "d", 0.1]]}, "annotators[0].pairs: there is no class 'd'"),
        ({"pairs": [["a", "a", 0.1]]}, "'a' is paired with itself"),
        ({"confusion": {"x": {"a": 0.1}}}, "annotators[0].confusion: there is no class 'x'"),
        ({"confusion": {"a": {"a": 0.7, "b": 0.2}}}, "confusion.a: sums to 0.9"),
        ({"wrong": 0.6, "pairs": [["a", "b", 0.5]]}, "errors of class 'a' sum to 1.1"),
        ({"wrong": 0.6, "difficulty": 1.0}, "sum to 1.2 on the hardest samples"),
    ],
    ids=str,
)
def test_annotators_that_cannot_be_are_complained_about(annotator: Terms, said: str) -> None:
    assert said in "\n".join(about_annotators([annotator], ["a", "b", "c"]))


def test_annotators_are_told_in_words() -> None:
    kinds: list[Terms] = [
        {"number": 2, "wrong": 0.1, "pairs": [["a", "b", 0.2]]},
        {"abstain": 0.25},
    ]
    assert in_words(kinds) == (
        "Training labels come from 3 simulated annotators (2 of whom each 10 % wrong, a and b "
        "taken for each other in 20 %; no answer in 25 %). The majority counts."
    )
    assert in_words([]) == ""


def test_annotators_of_one_kind_are_told_without_their_number_again() -> None:
    assert in_words([{"number": 3, "wrong": 0.1}]) == (
        "Training labels come from 3 simulated annotators (each 10 % wrong). The majority counts."
    )

"""Modalities are joined on subject, and all problems are reported at once."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from albench.cohort.join import join
from albench.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable

    from albench.api import Modality

    Make = Callable[..., Modality]

LABELS = {"P1": "F0", "P2": "F1", "P3": "F0"}
PROPERTY = settings(
    derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def test_the_candidates_of_one_modality_are_its_rows_by_subject(make_modality: Make) -> None:
    cohort = join("c", {"a": make_modality(["P2", "P1", "P2"], LABELS)})
    assert cohort.subjects == ("P1", "P2")
    assert cohort.candidates.tolist() == [[1], [0], [2]]
    assert cohort.candidate_subjects.tolist() == [0, 1, 1]
    assert cohort.candidate_labels.tolist() == [0, 1, 1]


def test_the_candidates_of_two_modalities_are_products_within_subjects(
    make_modality: Make,
) -> None:
    a = make_modality(["P1", "P2", "P1"], LABELS)
    b = make_modality(["P1", "P1", "P2"])
    cohort = join("c", {"a": a, "b": b})
    assert cohort.candidates.tolist() == [[0, 0], [0, 1], [2, 0], [2, 1], [1, 2]]
    assert cohort.candidate_subjects.tolist() == [0, 0, 0, 0, 1]


ROWS = st.lists(st.sampled_from(["P1", "P2", "P3"]), max_size=5)


@given(st.lists(ROWS, min_size=1, max_size=4))
@PROPERTY
def test_candidates_are_every_product_of_one_subject_s_rows_and_no_other(
    make_modality: Make, rows: list[list[str]]
) -> None:
    # Two subjects that every modality has, so that there is always a cohort.
    rows = [["K1", "K2", *part] for part in rows]
    labels = LABELS | {"K1": "F0", "K2": "F1"}
    cohort = join("c", {str(i): make_modality(part, labels) for i, part in enumerate(rows)})
    expected = {
        combination
        for combination in itertools.product(*(range(len(part)) for part in rows))
        if len({rows[i][row] for i, row in enumerate(combination)}) == 1
    }
    assert set(map(tuple, cohort.candidates.tolist())) == expected
    assert len(cohort.candidates) == len(expected)
    for candidate, owner in zip(cohort.candidates, cohort.candidate_subjects, strict=True):
        assert rows[0][candidate[0]] == cohort.subjects[owner]


@pytest.mark.parametrize("n", [1, 2, 4])
def test_candidates_are_whole_numbers_with_a_column_for_each_modality(
    n: int, make_modality: Make
) -> None:
    parts = {f"m{i}": make_modality(["P1", "P2"] * (i + 1), LABELS) for i in range(n)}
    cohort = join("c", parts)
    assert cohort.candidates.shape == (2 * np.prod(np.arange(1, n + 1)), n)
    assert cohort.candidates.dtype == cohort.labels.dtype == np.intp
    assert cohort.modalities == tuple(parts)


def test_marks_are_carried_by_modality(make_modality: Make) -> None:
    blurred = np.array([True, False, False])
    a = replace(make_modality(["P1", "P2", "P1"], LABELS), marks={"blurred": blurred})
    cohort = join("c", {"a": a, "b": make_modality(["P1", "P2"])})
    assert cohort.marks["a"]["blurred"].tolist() == [True, False, False]
    assert cohort.marks["b"] == {}


def test_marks_do_not_change_the_fingerprint(make_modality: Make) -> None:
    plain = make_modality(["P1", "P2"], LABELS)
    marked = replace(plain, marks={"blurred": np.array([True, False])})
    assert join("c", {"a": marked}).fingerprint == join("c", {"a": plain}).fingerprint


@pytest.mark.parametrize("rows", [np.array([True]), np.array([1, 0])], ids=["short", "numbers"])
def test_marks_that_do_not_fit_the_rows_are_refused(rows: np.ndarray, make_modality: Make) -> None:
    odd = replace(make_modality(["P1", "P2"], LABELS), marks={"blurred": rows})
    with pytest.raises(DataError, match=r"modality a: its loader marks 'blurred' .* bool of shape"):
        join("c", {"a": odd})


def test_subjects_that_lack_a_modality_are_left_out(make_modality: Make) -> None:
    a = make_modality(["P1", "P2", "P3"], LABELS)
    b = make_modality(["P2", "P3", "P9"], {"P9": "F7"})
    assert join("c", {"a": a, "b": b}).subjects == ("P2", "P3")


def test_labels_of_several_modalities_complete_one_another(make_modality: Make) -> None:
    a = make_modality(["P1", "P2"], {"P1": "F0"})
    b = make_modality(["P1", "P2"], {"P2": "F1"})
    assert join("c", {"a": a, "b": b}).labels.tolist() == [0, 1]


def test_a_number_and_its_text_are_one_label(make_modality: Make) -> None:
    a = make_modality(["P1", "P2"], {"P1": 1, "P2": 0})
    b = make_modality(["P1", "P2"], {"P1": "1"})
    assert join("c", {"a": a, "b": b}).classes == ("0", "1")


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        (("F1", "F0"), ("F0", "F1")),
        ((10, 9), ("9", "10")),
        ((-1, 1), ("-1", "1")),
        (("b", "a"), ("a", "b")),
        (("10", "9a"), ("10", "9a")),
        (("1", "01"), ("01", "1")),
        (("²", "1"), ("1", "²")),
        (("--1", "1"), ("--1", "1")),
    ],
    ids=str,
)
def test_classes_are_those_found_sorted_and_numbers_by_value(
    labels: tuple[str | int, str | int], classes: tuple[str, str], make_modality: Make
) -> None:
    part = make_modality(["P1", "P2"], dict(zip(["P1", "P2"], labels, strict=True)))
    assert join("c", {"a": part}).classes == classes


def test_classes_have_the_order_that_is_asked_for(make_modality: Make) -> None:
    cohort = join("c", {"a": make_modality(["P1", "P2"], LABELS)}, ["F1", "F4", "F0"])
    assert cohort.classes == ("F1", "F4", "F0")
    assert cohort.labels.tolist() == [2, 0]


def test_no_common_subject_is_told_with_what_each_modality_has(make_modality: Make) -> None:
    parts = {"a": make_modality(["P1", "P1"], LABELS), "b": make_modality(["P2", "P3"])}
    with pytest.raises(DataError) as error:
        join("clinic", parts)
    assert str(error.value) == (
        "cohort clinic: no subject has all modalities (a has 1, b has 2); of the others a has "
        "'P1', b has 'P2', 'P3': spell subjects alike in all modalities"
    )


def test_labels_that_contradict_one_another_are_told_with_their_modalities(
    make_modality: Make,
) -> None:
    parts = {
        "a": make_modality(["P1", "P2"], LABELS),
        "b": make_modality(["P1", "P2"], {"P1": "F3"}),
        "c": make_modality(["P1", "P2"], LABELS),
    }
    with pytest.raises(DataError) as error:
        join("clinic", parts)
    assert str(error.value) == (
        "cohort clinic, subject P1: has two labels: 'F0' from a+c, 'F3' from b"
    )


def test_subjects_whose_label_nobody_knows_are_counted_and_named(make_modality: Make) -> None:
    subjects = [f"P{i}" for i in range(9)]
    with pytest.raises(DataError) as error:
        join("clinic", {"a": make_modality(subjects, {"P0": "F0"})})
    assert str(error.value) == (
        "cohort clinic: no modality knows the label of 8 subjects: P1, P2, P3, P4, P5 ..."
    )


def test_one_class_is_not_enough(make_modality: Make) -> None:
    with pytest.raises(DataError, match="all 2 subjects are of one class, 'F0'; two are needed"):
        join("clinic", {"a": make_modality(["P1", "P3"], LABELS)})


def test_a_label_outside_the_classes_is_told(make_modality: Make) -> None:
    with pytest.raises(DataError, match=r"P2.*: label 'F1', from a, is not a class \(F0, F2\)"):
        join("clinic", {"a": make_modality(["P1", "P2"], LABELS)}, ["F0", "F2"])


def test_all_complaints_come_at_once(make_modality: Make) -> None:
    a = make_modality(["P1", "P2", "P3", "P4"], LABELS)
    b = make_modality(["P1", "P2", "P3", "P4"], {"P1": "F1"})
    with pytest.raises(DataError) as error:
        join("clinic", {"a": a, "b": b}, ["F0", "F2"])
    assert [str(complaint) for complaint in error.value.complaints] == [
        "cohort clinic, subject P1: has two labels: 'F0' from a, 'F1' from b",
        "cohort clinic: no modality knows the label of 1 subject: P4",
        "cohort clinic, subject P2: label 'F1', from a, is not a class (F0, F2)",
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"content": "other"},
        {"labels": {"P1": "F1", "P2": "F0"}},
        {"subjects": ["P1", "P2", "P2"]},
    ],
    ids=["data", "labels", "rows"],
)
def test_a_fingerprint_changes_with_the_data(
    change: dict[str, object], make_modality: Make
) -> None:
    same = {"subjects": ["P1", "P2"], "labels": LABELS, "content": ""}
    prints = [
        join("c", {"a": make_modality(**fields)}).fingerprint for fields in (same, same | change)
    ]
    assert prints[0] != prints[1]


def test_a_fingerprint_knows_labels_that_a_loader_s_own_left_out(make_modality: Make) -> None:
    part = make_modality(["P1", "P2"], LABELS)
    other = replace(part, labels={"P1": "F1", "P2": "F0"})
    assert join("c", {"a": part}).fingerprint != join("c", {"a": other}).fingerprint


def test_a_fingerprint_changes_with_names_order_and_classes(make_modality: Make) -> None:
    a, b = make_modality(["P1", "P2"], LABELS), make_modality(["P1", "P2"], LABELS, "b")
    cohorts = [
        join("c", {"a": a, "b": b}),
        join("c", {"b": b, "a": a}),
        join("c", {"a": a, "x": b}),
        join("c", {"a": a}),
        join("c", {"a": a, "b": b}, ["F1", "F0"]),
        join("c", {"a": a, "b": b}, ["F0", "F1", "F2"]),
    ]
    assert len({cohort.fingerprint for cohort in cohorts}) == len(cohorts)


def test_a_fingerprint_knows_nothing_of_the_cohort_s_name(make_modality: Make) -> None:
    parts = {"a": make_modality(["P1", "P2"], LABELS)}
    assert join("one", parts).fingerprint == join("other", parts).fingerprint


def numbered(make_modality: Make, subjects: np.ndarray, labels: Any = None) -> Modality:
    """Return a modality whose plugin gives subjects or labels that are not text."""
    part = make_modality([str(row) for row in range(len(subjects))])
    return replace(part, subjects=subjects, labels=labels)


@pytest.mark.parametrize("theirs", [np.array([0.0, 1.0]), np.array(["0.0", "1.0"]), np.arange(2)])
def test_whole_numbers_are_one_subject_however_they_are_spelt(
    theirs: np.ndarray, make_modality: Make
) -> None:
    ours = make_modality(["0", "1"], {"0": "F0", "1": "F1"})
    cohort = join("c", {"a": ours, "b": numbered(make_modality, theirs)})
    assert cohort.subjects == ("0", "1")
    assert cohort.labels.tolist() == [0, 1]


def test_whole_numbers_are_one_label_however_they_are_spelt(make_modality: Make) -> None:
    a = make_modality(["P1", "P2"], {"P1": 1, "P2": 0})
    b = numbered(make_modality, np.array(["P1", "P2"]), {"P1": 1.0, "P2": 0.0})
    assert join("c", {"a": a, "b": b}).classes == ("0", "1")


def test_a_subject_that_is_no_number_is_refused(make_modality: Make) -> None:
    a = numbered(make_modality, np.array([1.0, np.nan]), {1.0: "F0"})
    with pytest.raises(DataError, match="modality a: has rows without a subject"):
        join("c", {"a": a})


def test_a_label_that_is_no_number_is_none(make_modality: Make) -> None:
    a = numbered(make_modality, np.array(["P1", "P2"]), {"P1": 1.0, "P2": np.nan})
    with pytest.raises(DataError, match="no modality knows the label of 1 subject: P2"):
        join("c", {"a": a})


def test_subjects_that_differ_in_spelling_alone_are_shown_from_both_sides(
    make_modality: Make,
) -> None:
    a = make_modality(["P01", "P02", "P3"], {"P3": "F0"})
    for theirs in (["p1", "P-2", "P3"], ["p1", "P-2"]):
        with pytest.raises(DataError, match="a has 'P01' where b has 'p1', and 2 subjects"):
            join("c", {"a": a, "b": make_modality(theirs)})


def test_few_common_subjects_are_no_fault_where_the_others_lack_a_modality(
    make_modality: Make,
) -> None:
    a = make_modality(["A1", "A2", "P1", "P2", "A3"], LABELS)
    b = make_modality(["B7", "B8", "P1", "P2", "B9"])
    assert join("c", {"a": a, "b": b}).subjects == ("P1", "P2")

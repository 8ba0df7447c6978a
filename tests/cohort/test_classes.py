"""Classes can be left out, and a meaningful order is never guessed from their names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from albench.cohort.classes import ClassRules, choose
from albench.cohort.join import join
from albench.cohort.split import class_quotas
from albench.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from albench.api import Modality
    from albench.cohort.join import Cohort

    Make = Callable[..., Modality]


def cohort_of(make_modality: Make, labels: Sequence[str | int], **rules: object) -> Cohort:
    owners = [f"P{i:02}" for i in range(len(labels))]
    part = make_modality(owners, dict(zip(owners, labels, strict=True)))
    return join("clinic", {"a": part}, rules=ClassRules(**rules))  # type: ignore[arg-type]


STAGES = ("F0", "F1", "F10", "F2") * 2


def test_ordered_text_needs_its_order(make_modality: Make) -> None:
    with pytest.raises(DataError) as error:
        cohort_of(make_modality, STAGES, ordered=True)
    assert 'set classes = ["F0", "F1", "F2", "F10"]' in str(error.value)


def test_ordered_text_has_the_order_that_is_given(make_modality: Make) -> None:
    order = ("F0", "F1", "F2", "F10")
    assert cohort_of(make_modality, STAGES, ordered=True, classes=order).classes == order


@pytest.mark.parametrize(
    ("labels", "order"),
    [((10, 9, 2), ("2", "9", "10")), (("1.5", "10.5", "2"), ("1.5", "2", "10.5"))],
)
def test_ordered_numbers_are_in_the_order_of_their_values(
    labels: tuple[str | int, ...], order: tuple[str, ...], make_modality: Make
) -> None:
    assert cohort_of(make_modality, labels * 2, ordered=True).classes == order


def test_classes_without_an_order_are_as_they_were(make_modality: Make) -> None:
    assert cohort_of(make_modality, STAGES).classes == ("F0", "F1", "F10", "F2")
    assert cohort_of(make_modality, ("1.5", "10.5", "2")).classes == ("1.5", "10.5", "2")


def test_what_an_excluded_class_leaves_may_be_in_order(make_modality: Make) -> None:
    labels = ("1", "2", "10", "unclear")
    cohort = cohort_of(make_modality, labels, ordered=True, exclude=("unclear",))
    assert cohort.classes == ("1", "2", "10")
    assert cohort.subjects == ("P00", "P01", "P02")


def test_an_excluded_class_takes_its_subjects_along(make_modality: Make) -> None:
    cohort = cohort_of(make_modality, ("a", "b", "c", "a", "b"), exclude=("c",))
    assert cohort.classes == ("a", "b")
    assert cohort.subjects == ("P00", "P01", "P03", "P04")
    assert cohort.candidate_subjects.tolist() == [0, 1, 2, 3]
    assert cohort.candidates[:, 0].tolist() == [0, 1, 3, 4]
    assert cohort.remark == "Classes left out: c (1 subject)."


def test_small_classes_can_be_left_out(make_modality: Make) -> None:
    labels = ("a", "b", "c") + ("a", "b") * 3
    with pytest.raises(DataError, match="min_subjects_per_class = 2"):
        class_quotas(cohort_of(make_modality, labels), 0.5)
    cohort = cohort_of(make_modality, labels, least=2)
    assert class_quotas(cohort, 0.5).tolist() == [2, 2]
    assert cohort.remark == "Classes left out: c (1 subject)."


def test_small_classes_are_left_out_of_an_order_that_is_given() -> None:
    rules = ClassRules(classes=("c", "b", "a", "d"), least=2)
    assert choose("aabbc", rules).order == ("b", "a")


def test_an_excluded_class_that_nobody_is_of_is_told(make_modality: Make) -> None:
    with pytest.raises(DataError, match="no subject is of class 'Normal'; did you mean 'normal'"):
        cohort_of(make_modality, ("normal", "ill"), exclude=("Normal",))


def test_leaving_out_everything_is_told(make_modality: Make) -> None:
    with pytest.raises(DataError, match="no subject is left"):
        cohort_of(make_modality, ("a", "b"), least=9)


def test_rules_that_leave_nothing_out_change_nothing(make_modality: Make) -> None:
    plain = cohort_of(make_modality, ("a", "b") * 3)
    assert cohort_of(make_modality, ("a", "b") * 3, least=3).fingerprint == plain.fingerprint

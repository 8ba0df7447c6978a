"""Budgets start as specified: without labels, with some of each class, or with named subjects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from albench.cohort import first_labels
from albench.cohort.join import join
from albench.cohort.split import split
from albench.spec import BudgetSpec

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from albench.api import Modality
    from albench.cohort.join import Cohort


@pytest.fixture
def clinic(make_modality: Callable[..., Modality]) -> Cohort:
    """Join thirty subjects with two samples each: 20 of F0, 7 of F1 and 3 of F2."""
    owners = [f"P{number:02}" for number in range(30)]
    stages = dict(zip(owners, ["F0"] * 20 + ["F1"] * 7 + ["F2"] * 3, strict=True))
    return join("clinic", {"a": make_modality(owners * 2, stages)})


def first(cohort: Cohort, train: NDArray[np.intp], **terms: object) -> NDArray[np.intp]:
    """Return the first candidates of a budget."""
    plain = BudgetSpec.model_validate(terms).model_dump()
    plan = first_labels.rounds(cohort, train, plain)
    picked = first_labels.first_set(cohort, train, plan, plain, np.random.default_rng(5))
    unit = cohort.candidate_subjects[picked] if plan.unit == "subjects" else picked
    assert len(np.unique(unit)) == plan.targets[0]
    return picked


@pytest.mark.parametrize("of", ["candidates", "subjects"])
def test_one_per_class_is_one_of_each_class(clinic: Cohort, of: str) -> None:
    picked = first(clinic, np.arange(60), initial="one per class", of=of)
    per_unit = 1 if of == "candidates" else 2
    assert np.bincount(clinic.candidate_labels[picked]).tolist() == [per_unit] * 3


def test_a_class_with_fewer_gives_all_it_has(clinic: Cohort) -> None:
    picked = first(clinic, np.arange(60), initial="5 per class", of="subjects")
    owners = np.unique(clinic.candidate_subjects[picked])
    assert np.bincount(clinic.labels[owners]).tolist() == [5, 5, 3]


@pytest.mark.parametrize("of", ["candidates", "subjects"])
def test_a_cold_start_has_no_labels(clinic: Cohort, of: str) -> None:
    assert len(first(clinic, np.arange(60), initial=0, of=of, query=5)) == 0


@pytest.mark.parametrize("of", ["candidates", "subjects"])
def test_named_subjects_come_with_all_their_candidates(clinic: Cohort, of: str) -> None:
    picked = first(clinic, np.arange(60), initial=["P29", "P03"], of=of)
    owners = clinic.candidate_subjects[picked]
    assert [clinic.subjects[number] for number in owners] == ["P03", "P03", "P29", "P29"]


def test_named_subjects_stay_in_the_training_part(clinic: Cohort) -> None:
    kept = first_labels.named(clinic, ["P29", "P03"])
    parts = [split(clinic, 0.3, np.random.default_rng(seed), kept) for seed in range(50)]
    assert all(np.isin(kept, part.train).all() for part in parts)
    assert {len(part.test) for part in parts} == {len(split(clinic, 0.3, kept_rng()).test)}
    assert {int(number) for part in parts for number in part.test} == set(range(30)) - {3, 29}


def kept_rng() -> np.random.Generator:
    """Return any generator."""
    return np.random.default_rng(0)


def test_naming_nobody_leaves_a_split_as_it_was(clinic: Cohort) -> None:
    nobody = first_labels.named(clinic, 0.1)
    plain, same = (split(clinic, 0.3, kept_rng(), kept) for kept in (None, nobody))
    assert np.array_equal(plain.test, same.test)


@pytest.mark.parametrize(
    ("initial", "complaint"),
    [
        (["P03", "P29"], None),
        (["P3"], "no subject 'P3'"),
        ([f"Q{number}" for number in range(9)], "and 4 more"),
        (["P27", "P28", "P29"], "class 'F2' of cohort clinic, 0 subjects would be left"),
        (0.1, None),
    ],
    ids=str,
)
def test_a_list_that_cannot_be_is_complained_about(
    clinic: Cohort, initial: first_labels.Initial, complaint: str | None
) -> None:
    problem = first_labels.about_named(clinic, 0.3, initial)
    assert problem is None if complaint is None else complaint in str(problem)

"""Subjects who lack a modality are left out, or used with the modalities they have."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from albench.cohort.annotators import as_labelled
from albench.cohort.join import join
from albench.cohort.marks import candidate_marks
from albench.errors import DataError
from albench.loaders.liver.loader import load

if TYPE_CHECKING:
    from collections.abc import Callable

    from albench.api import Modality

    Make = Callable[..., Modality]

STAGES = {f"P{number}": f"F{number % 2}" for number in range(8)}


@pytest.fixture
def parts(make_modality: Make) -> dict[str, Modality]:
    """Eight subjects: P0 to P5 have two samples of a, P2 to P7 one of b."""
    names = list(STAGES)
    return {"a": make_modality(names[:6] * 2, STAGES), "b": make_modality(names[2:], STAGES)}


def test_who_lacks_a_modality_is_left_out_or_masked(parts: dict[str, Modality]) -> None:
    assert join("c", parts).subjects == ("P2", "P3", "P4", "P5")
    cohort = join("c", parts, incomplete=True)
    assert cohort.subjects == tuple(STAGES)
    by_subject = {
        name: cohort.candidates[cohort.candidate_subjects == number].tolist()
        for number, name in enumerate(cohort.subjects)
    }
    assert by_subject["P0"] == [[0, -1], [6, -1]]
    assert by_subject["P3"] == [[3, 1], [9, 1]]
    assert by_subject["P7"] == [[-1, 5]]
    assert cohort.remark == "Of 8 subjects, 4 lack a modality (a 2, b 2)."


def test_a_cohort_that_lacks_nothing_is_the_same_cohort(
    make_modality: Make, parts: dict[str, Modality]
) -> None:
    whole = {"a": make_modality(list(STAGES), STAGES), "b": make_modality(list(STAGES))}
    plain, masked = (join("c", whole, incomplete=choice) for choice in (False, True))
    assert (plain.fingerprint, plain.remark) == (masked.fingerprint, "")
    assert not masked.is_incomplete
    lacking = [join("c", parts, incomplete=choice).fingerprint for choice in (False, True)]
    assert lacking[0] != lacking[1]


def test_a_label_that_nobody_tells_is_complained_about(make_modality: Make) -> None:
    few = {name: label for name, label in STAGES.items() if name != "P7"}
    parts = {"a": make_modality(list(STAGES)[:6], few), "b": make_modality(list(STAGES)[2:])}
    with pytest.raises(DataError, match="no modality knows the label of 1 subject: P7"):
        join("c", parts, incomplete=True)


def test_modalities_that_are_spelt_apart_are_no_cohort_of_halves(make_modality: Make) -> None:
    other = {name.replace("P", "p-"): label for name, label in STAGES.items()}
    parts = {"a": make_modality(list(STAGES), STAGES), "b": make_modality(list(other), other)}
    with pytest.raises(DataError, match="spell them alike"):
        join("c", parts, incomplete=True)


def test_labels_go_wrong_by_subject_where_the_first_modality_is_lacking(
    parts: dict[str, Modality],
) -> None:
    cohort = join("c", parts, incomplete=True)
    everybody = np.arange(len(cohort.candidates))
    pairs = set()
    for seed in range(40):
        rng = np.random.default_rng(seed)
        given = as_labelled(cohort, everybody, 0.5, (), rng)
        wrong = given.candidate_labels != given.true_labels
        pairs.add(tuple(wrong[cohort.candidates[:, 0] == -1].tolist()))
    assert len(pairs) == 4  # of two subjects, each on its own


def test_what_is_lacking_has_no_mark(make_modality: Make, parts: dict[str, Modality]) -> None:
    last = np.array([False] * 5 + [True])
    marked = replace(make_modality(list(STAGES)[2:], STAGES), marks={"failed": last})
    cohort = join("c", parts | {"b": marked}, incomplete=True)
    owners = cohort.candidate_subjects[candidate_marks(cohort)["failed"]]
    assert [cohort.subjects[number] for number in owners] == ["P7"]


def test_the_paper_s_214_candidates_are_a_cohort() -> None:
    keys = ("LSTE", "LUS", "LSTQ", "SSTE")
    parts = {key: load(modality=key, size=32, images=1) for key in keys}
    masked, dropped = (join("liver", parts, incomplete=choice) for choice in (True, False))
    assert (len(masked.subjects), len(dropped.subjects)) == (214, 168)
    lacks = (masked.candidates == -1).sum(axis=0).tolist()
    assert dict(zip(keys, lacks, strict=True)) == {"LSTE": 1, "LUS": 23, "LSTQ": 13, "SSTE": 24}

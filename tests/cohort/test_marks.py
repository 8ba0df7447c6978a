"""Known faults of samples are counted by candidate."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from albench.cohort.join import join
from albench.cohort.marks import candidate_marks, count_marks

if TYPE_CHECKING:
    from collections.abc import Callable

    from albench.api import Modality
    from albench.cohort.join import Cohort

    Make = Callable[..., Modality]

LABELS = {"P1": "F0", "P2": "F1"}


@pytest.fixture
def cohort(make_modality: Make) -> Cohort:
    """Candidates (0,0) (0,1) of P1, then (1,2) (2,2) of P2; each modality has a failed sample."""
    a = make_modality(["P1", "P2", "P2"], LABELS)
    b = make_modality(["P1", "P1", "P2"])
    failed = np.array([False, True, False])
    shaky = np.array([False, False, True])
    return join("c", {"a": replace(a, marks={"failed": failed, "shaky": shaky}),
                      "b": replace(b, marks={"failed": failed})})  # fmt: skip


def test_a_candidate_has_the_marks_of_its_samples(cohort: Cohort) -> None:
    marked = {mark: np.flatnonzero(has).tolist() for mark, has in candidate_marks(cohort).items()}
    assert marked == {
        "a failed": [2],
        "a shaky": [3],
        "b failed": [1],
        "failed": [1, 2],
        "shaky": [3],
        "any mark": [1, 2, 3],
    }


def test_nothing_is_marked_where_no_loader_marks(make_modality: Make) -> None:
    assert candidate_marks(join("c", {"a": make_modality(LABELS, LABELS)})) == {}


def test_wrong_labels_are_a_mark_where_labels_can_be_wrong(make_modality: Make) -> None:
    cohort = join("c", {"a": make_modality(LABELS, LABELS)})
    noisy = replace(cohort, given_labels=np.array([0, 0]))
    assert candidate_marks(noisy)["wrong label"].tolist() == [False, True]
    assert "any mark" not in candidate_marks(noisy)


def test_labels_that_could_have_been_wrong_are_told_to_be_right(make_modality: Make) -> None:
    cohort = join("c", {"a": make_modality(LABELS, LABELS)})
    noisy = replace(cohort, given_labels=cohort.true_labels)
    assert not candidate_marks(noisy)["wrong label"].any()


def test_marks_are_counted_among_some_candidates(cohort: Cohort) -> None:
    counts = count_marks(candidate_marks(cohort), np.array([3, 2]))
    assert counts["a failed"] == counts["failed"] == counts["shaky"] == 1
    assert (counts["b failed"], counts["any mark"]) == (0, 2)


def test_nobody_has_no_marks(cohort: Cohort) -> None:
    counts = count_marks(candidate_marks(cohort), np.array([], dtype=np.intp))
    assert set(counts.values()) == {0}

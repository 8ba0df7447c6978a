import itertools
from collections import Counter

import pytest

from albench.loaders.liver.roster import (
    MODALITIES,
    paper_roster,
    protocol_roster,
    stages_of,
)


def test_names_are_unique_and_in_order() -> None:
    names = [patient.name for patient in paper_roster()]
    assert names[0] == "P001"
    assert names == sorted(set(names))


def test_nobody_of_the_incomplete_lacks_everything() -> None:
    lacking = Counter(
        sum(patient.images[name] == 0 for name in MODALITIES) for patient in paper_roster()
    )
    assert lacking == {0: 168, 1: 31, 2: 15}


def test_the_order_of_patients_says_nothing_of_the_stage() -> None:
    stages = [patient.stage for patient in paper_roster()]
    changes = sum(a != b for a, b in itertools.pairwise(stages))
    assert changes > 120  # sorted stages would change four times


@pytest.mark.parametrize(
    ("n", "sizes"), [(168, [41, 51, 31, 27, 18]), (5, [1, 1, 1, 1, 1]), (46, [11, 14, 9, 7, 5])]
)
def test_stages_of_another_number_keep_the_papers_shares(n: int, sizes: list[int]) -> None:
    assert [stages_of(n).count(stage) for stage in range(5)] == sizes


def test_a_cohort_of_another_size_keeps_to_the_protocol() -> None:
    images = [patient.images for patient in protocol_roster(200)]
    assert {count["LSTE"] for count in images} == {4, 5}
    assert {count["LSTQ"] for count in images} == {3, 4, 5}
    assert {count["LUS"] for count in images} <= {7, *range(27, 38)}
    assert sum(count["LUS"] for count in images) / 200 == pytest.approx(21.3, abs=2)

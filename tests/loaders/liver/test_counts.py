import numpy as np
import pytest

from albench.loaders.liver.counts import (
    IMAGES,
    PAIRS_WITH_LSTE,
    PATIENTS,
    counts_of_stage,
    match,
)

# Table 1 of arXiv 2011.00694 as printed, totals included.
TABLE_1 = {
    "LSTE": (185, 235, 142, 132, 84, 778),
    "LUS": (933, 1095, 604, 515, 425, 3572),
    "LSTQ": (183, 204, 117, 109, 70, 683),
    "LSTE x LUS": (4195, 5077, 2818, 2509, 1993, 16592),
    "LSTE x LSTQ": (859, 958, 548, 535, 332, 3232),
    "LSTE x SSTE": (827, 938, 548, 526, 332, 3171),
}


def column_of(heading: str) -> tuple[int, ...]:
    """Return what the counts give for a column of Table 1, with the total."""
    factors = heading.split(" x ")
    stages = [
        int(np.prod([counts_of_stage(stage)[name] for name in factors], axis=0).sum())
        for stage in range(5)
    ]
    return (*stages, sum(stages))


@pytest.mark.parametrize("heading", TABLE_1)
def test_counts_give_a_column_of_table_1_exactly(heading: str) -> None:
    assert column_of(heading) == TABLE_1[heading]


def test_the_numbers_solved_for_are_those_printed() -> None:
    printed = {**IMAGES, **{f"LSTE x {name}": pairs for name, pairs in PAIRS_WITH_LSTE.items()}}
    assert {heading: column[:5] for heading, column in TABLE_1.items()} == printed


@pytest.mark.parametrize("stage", range(5))
def test_every_patient_of_a_stage_has_all_four_modalities(stage: int) -> None:
    for column in counts_of_stage(stage).values():
        assert len(column) == PATIENTS[stage]
        assert min(column) > 0


def test_lus_counts_are_seven_stills_or_a_video_more() -> None:
    allowed = {7, *range(27, 38)}
    assert {n for stage in range(5) for n in counts_of_stage(stage)["LUS"]} <= allowed


def test_only_three_patients_leave_the_protocol_of_three_to_five() -> None:
    outside = [
        (name, stage, n)
        for stage in range(5)
        for name, column in counts_of_stage(stage).items()
        for n in column
        if name != "LUS" and not 3 <= n <= 5
    ]
    assert outside == [("LSTQ", 0, 2), ("LSTQ", 0, 2), ("LSTQ", 2, 2)]


def test_a_product_out_of_reach_has_no_match() -> None:
    start, low, high = np.full(4, 4), np.full(4, 3), np.full(4, 5)
    assert match(start, (low, high), np.array([3, 4, 5, 5]), total=16, product=99) is None
    assert match(start, (low, high), np.array([3, 4, 5, 5]), total=25, product=68) is None

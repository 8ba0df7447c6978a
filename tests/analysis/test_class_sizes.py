"""Where classes are of unequal size is decided in one place, by the largest and the smallest."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from albench.analysis.class_sizes import ratio, unequal


def cohort(*counts: int) -> Any:
    return SimpleNamespace(classes={str(number): n for number, n in enumerate(counts)})


@pytest.mark.parametrize(
    ("counts", "times"), [((75, 25), 3.0), ((50, 50), 1.0), ((40, 10, 0), 4.0), ((0,), 1.0)]
)
def test_the_ratio_is_of_the_largest_class_to_the_smallest_that_has_subjects(
    counts: tuple[int, ...], times: float
) -> None:
    assert ratio(cohort(*counts)) == times


def test_three_times_as_large_is_unequal_and_less_is_not() -> None:
    cohorts = {"even": cohort(74, 26), "uneven": cohort(75, 25), "rare": cohort(300, 300, 5)}
    assert unequal(cohorts) == {"uneven": 3.0, "rare": 60.0}

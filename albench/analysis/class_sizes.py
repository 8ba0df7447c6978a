"""Whether a cohort's classes are of unequal size, so that accuracy is mostly about the largest."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from albench.records.run_record import CohortRecord

TIMES = 3.0
"""Classes are of unequal size where the largest has so many times the subjects of the smallest.

Accuracy is the mean of the classes' recalls, each counted by its class's share: this is how many
times as much that of the largest class counts as that of the smallest.
"""


def ratio(cohort: CohortRecord) -> float:
    """Return how many times as large a cohort's largest class is as its smallest.

    Parameters
    ----------
    cohort : CohortRecord
        Whose subjects are counted by class; classes without any are passed over.

    Returns
    -------
    float
        1 or more; 1 where no class has a subject.
    """
    counts = [n for n in cohort.classes.values() if n > 0]
    return max(counts) / min(counts) if counts else 1.0


def unequal(cohorts: Mapping[str, CohortRecord]) -> dict[str, float]:
    """Return the cohorts whose classes are of unequal size.

    Parameters
    ----------
    cohorts : mapping of str to CohortRecord
        Those of the results.

    Returns
    -------
    dict of str to float
        The `ratio` of each of them, `TIMES` or more, in the order of the cohorts.
    """
    ratios = {name: ratio(cohort) for name, cohort in cohorts.items()}
    return {name: times for name, times in ratios.items() if times >= TIMES}

"""The difference under which two scores are equal for practical purposes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from albench.records.run_record import CohortRecord


def margins(cohorts: Mapping[str, CohortRecord], equal_within: float | None) -> dict[str, float]:
    """Return the margin of each cohort.

    Parameters
    ----------
    cohorts : mapping of str to CohortRecord
        Those of the results.
    equal_within : float or None
        What the specification says for all of them.

    Returns
    -------
    dict of str to float
        Without a specification's word, one test subject as a share of all: the step in which an
        accuracy moves. NaN where the number of test subjects is not recorded.
    """
    return {
        name: equal_within if equal_within is not None else _one_subject(facts.test_subjects)
        for name, facts in cohorts.items()
    }


def _one_subject(n: int) -> float:
    return 1 / n if n else float("nan")

"""Whether the marks that traps refer to exist."""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench.cohort.marks import NO_LABEL, WRONG_LABEL, candidate_marks
from albench.errors import Complaint

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from albench.cohort.join import Cohort
    from albench.spec import Benchmark


def unknown_marks(
    benchmark: Benchmark, cohorts: Mapping[tuple[str, tuple[str, ...]], Cohort]
) -> Iterator[Complaint]:
    """Yield the traps whose mark no sample of their cohort has.

    Parameters
    ----------
    benchmark : Benchmark
        With its traps.
    cohorts : mapping of (str, tuple of str) to Cohort
        Joined on every set of modalities in use; a cohort that is not in use is not judged.

    Yields
    ------
    Complaint
        Names the marks that there are.
    """
    marks_of: dict[str, set[str]] = {}
    for (name, _), cohort in cohorts.items():
        marks_of.setdefault(name, set()).update(candidate_marks(cohort))
        spec = benchmark.cohorts[name]
        if spec.label_noise or spec.annotators:
            marks_of[name].add(WRONG_LABEL)
        if spec.annotators and all(one.abstain for one in spec.annotators):
            marks_of[name].add(NO_LABEL)
    for i, trap in enumerate(benchmark.traps):
        marks = marks_of.get(trap.cohort)
        if trap.mark is not None and marks is not None and trap.mark not in marks:
            there = ", ".join(sorted(marks)) or "none"
            problem = f"no sample of cohort {trap.cohort} is marked {trap.mark!r}; marks: {there}"
            yield Complaint(f"traps[{i}].mark", problem)

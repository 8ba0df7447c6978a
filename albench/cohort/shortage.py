"""What to say of classes that are too small to be split: once a cause, with what would help."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.cohort.classes import are_numbers
from albench.errors import Complaint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from albench.cohort.join import Cohort

MAX_NAMED = 5
"""How many classes a complaint names before it counts the rest."""


def about_shortage(
    cohort: Cohort, quotas: NDArray[np.intp], wanted: int, possible: int | None
) -> list[Complaint]:
    """Return why a cohort cannot be split as it is wanted.

    Parameters
    ----------
    cohort : Cohort
        Whose subjects.
    quotas : ndarray of int, shape (n_classes,)
        How many test subjects each class would give.
    wanted : int
        The size of the test set.
    possible : int or None
        A size that would do, if there is one.

    Returns
    -------
    list of Complaint
        One for labels that are measurements, else one for all classes of like number.
    """
    if _are_measurements(cohort):
        return [Complaint(f"cohort {cohort.name}", _measurements(cohort))]
    counts = np.bincount(cohort.labels, minlength=len(cohort.classes))
    groups: dict[tuple[int, bool], list[str]] = {}
    for name, count, quota in zip(cohort.classes, counts.tolist(), quotas.tolist(), strict=True):
        if not 0 < quota < count:
            groups.setdefault((min(count, 2), count > 1 and quota > 0), []).append(name)
    size = dict(zip(cohort.classes, counts.tolist(), strict=True))
    total = f"{wanted} of {len(cohort.subjects)}"
    return [
        Complaint(
            f"cohort {cohort.name}, {_classes(names)}",
            _problem(names, [size[name] for name in names], takes_all, total, possible),
        )
        for (_, takes_all), names in groups.items()
    ]


def _problem(
    names: Sequence[str], counts: Sequence[int], takes_all: bool, total: str, possible: int | None
) -> str:
    has = "has" if len(names) == 1 else "have"
    each = " each" if len(names) > 1 else ""
    if counts[0] == 0:
        return f"{has} 0 subjects: take {_it(names)} out of `classes`"
    leave = f"exclude_classes = [{', '.join(_quoted(name) for name in names[:MAX_NAMED])}"
    leave += ", ...]" if len(names) > MAX_NAMED else "]"
    if counts[0] == 1:
        return (
            f"{has} 1 subject{each}, too few for training and test whatever `test` is: leave "
            f"{_it(names)} out with {leave} or min_subjects_per_class = 2, or add subjects"
        )
    low, high = min(counts), max(counts)
    n = str(low) if low == high else f"{low} to {high}"
    gives = "all" if takes_all else "none"
    helps = f"set `test` = {possible}, or " if possible else ""
    return (
        f"{has} {n} subjects{each}, of which a test set of {total} would take {gives}; at least "
        f"one must be left on each side: {helps}leave {_it(names)} out with {leave} or "
        f"min_subjects_per_class = {high + 1}"
    )


def _classes(names: Sequence[str]) -> str:
    shown = ", ".join(map(repr, names[:MAX_NAMED]))
    more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
    return f"class {shown}" if len(names) == 1 else f"classes {shown}{more}"


def _it(names: Sequence[str]) -> str:
    return "it" if len(names) == 1 else "them"


def _quoted(name: str) -> str:
    return f'"{name}"'


def _are_measurements(cohort: Cohort) -> bool:
    """Return whether the classes are many numbers, of few subjects each."""
    names = cohort.classes
    if len(names) < 6 or not are_numbers(names):
        return False
    has_fractions = any(float(name) % 1 for name in names)
    return (10 if has_fractions else 4) * len(names) > len(cohort.subjects)


def _measurements(cohort: Cohort) -> str:
    values = sorted(float(name) for name in cohort.classes)
    return (
        f"labels look like measurements and not like classes: {len(values)} different numbers, "
        f"from {values[0]:g} to {values[-1]:g}, of {len(cohort.subjects)} subjects. albench "
        "compares classifiers: cut them into a few classes (pandas.cut does it), or name another "
        "column with the loader's option 'label'"
    )

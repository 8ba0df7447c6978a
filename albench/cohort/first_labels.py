"""How a budget begins: how many labels there are at first, and whose.

`initial` is that as the specification says it. `train` are the training candidates' numbers, and
`terms` the fields of a `BudgetSpec`.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np

from albench.api.nearest import did_you_mean
from albench.cohort.budget import cost_schedule, first_labels, schedule, units_by_class
from albench.cohort.split import class_quotas
from albench.cohort.subject_costs import subject_costs
from albench.plural import plural
from albench.spelt_keys import as_spelt

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from albench.cohort.budget import First, Schedule
    from albench.cohort.join import Cohort

    Terms = Mapping[str, Any]  # the fields of a `BudgetSpec`: numbers, texts, lists of subjects
    Initial = int | float | str | Sequence[str]

MOST_NAMED = 5
"""How many subjects a complaint names before it counts the rest."""


def is_cold(initial: Initial) -> bool:
    """Return whether a budget begins without a label, which a count of 0 alone does."""
    return isinstance(initial, int) and initial == 0


def spelt(cohort: Cohort, initial: Initial) -> Initial:
    """Return how a budget begins, its subjects spelt as the cohort's are.

    It is sorted, if it is a list.
    """
    if isinstance(initial, int | float | str):
        return initial
    return sorted(as_spelt(initial, cohort.subjects))


def named(cohort: Cohort, initial: Initial) -> NDArray[np.intp]:
    """Return the subjects that a budget names as its first, as sorted numbers.

    The cohort knows all of them, see `about_named`. There are none unless `initial` is a list.
    """
    if isinstance(initial, int | float | str):
        return np.empty(0, dtype=np.intp)
    return np.flatnonzero(np.isin(cohort.subjects, list(initial)))


def rounds(cohort: Cohort, train: NDArray[np.intp], terms: Terms) -> Schedule:
    """Return the rounds of a budget over a training part, as it is labelled in the repetition.

    Of a budget of cost the terms have also the ``prices``, and what is ``known`` at the start, if
    that is said. The first target is the size of the first labelled set, 0 for a cold start.
    """
    owners = cohort.candidate_subjects[train]
    unit = terms["of"]
    if unit == "cost":
        costs = subject_costs(cohort, terms["prices"], terms.get("known", ()))
        return cost_schedule(costs, owners, terms["initial"], terms["query"], terms["stop"])
    n_units = len(np.unique(owners)) if unit == "subjects" else len(train)
    initial = terms["initial"]
    if isinstance(initial, str):
        most = int(initial.split()[0])  # "2 per class"
        initial = int(np.minimum(units_by_class(cohort, train, unit), most).sum())
    elif not isinstance(initial, int | float):
        subjects = named(cohort, initial)
        is_first = np.isin(owners, subjects)
        initial = len(subjects) if unit == "subjects" else int(np.count_nonzero(is_first))
    return schedule(n_units, initial, terms["query"], terms["stop"], unit)


def first_set(
    cohort: Cohort,
    train: NDArray[np.intp],
    plan: Schedule,
    terms: Terms,
    rng: np.random.Generator,
) -> NDArray[np.intp]:
    """Return the candidates whose labels are known at the start, as sorted numbers.

    The cohort is as it is labelled in the repetition, `plan` is what `rounds` gave, and `rng` is of
    the purpose *first labels*.
    """
    initial = terms["initial"]
    if not isinstance(initial, int | float | str):
        chosen = np.isin(cohort.candidate_subjects[train], named(cohort, initial))
        return np.sort(train[chosen])
    how: First = "stratified" if isinstance(initial, str) else terms["first"]
    return first_labels(cohort, train, plan, how, rng)


def about_named(cohort: Cohort, test: int | float | None, initial: Initial) -> str | None:
    """Return in a sentence what is wrong with a list of first subjects, or None.

    The first subjects cannot be among the test subjects, of whom `test` is the count or share; it
    is None if the split is not drawn to that size.
    """
    if isinstance(initial, int | float | str):
        return None
    unknown = [subject for subject in initial if subject not in cohort.subjects]
    if unknown:
        shown = ", ".join(map(repr, unknown[:MOST_NAMED]))
        more = f" and {len(unknown) - MOST_NAMED} more" if len(unknown) > MOST_NAMED else ""
        hint = did_you_mean(unknown[0], cohort.subjects) or "."
        some = ", ".join(cohort.subjects[:MOST_NAMED])
        return f"cohort {cohort.name} has no subject {shown}{more}{hint} Its subjects: {some} ..."
    twice = [one for one, other in itertools.pairwise(sorted(initial)) if one == other]
    if twice:
        return f"names subject {twice[0]!r} twice, in two spellings: write it once"
    if test is None:
        return None
    n_classes = len(cohort.classes)
    left = np.bincount(cohort.labels, minlength=n_classes)
    left -= np.bincount(cohort.labels[named(cohort, initial)], minlength=n_classes)
    for number, quota in enumerate(class_quotas(cohort, test)):
        if quota > left[number]:
            return (
                f"of class {cohort.classes[number]!r} of cohort {cohort.name}, "
                f"{plural(int(left[number]), 'subject')} would be left for the test part, which "
                f"needs {quota}: name fewer first subjects, or lower cohorts.{cohort.name}.test"
            )
    return None

"""What modalities know of subjects beside their labels, as the cohort's subjects have it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench.api.keys import as_keys
from albench.api.nearest import did_you_mean
from albench.errors import Complaint, DataError
from albench.plural import plural

if TYPE_CHECKING:
    from collections.abc import Mapping

    from albench.api.modality import Modality
    from albench.cohort.join import Cohort

MAX_NAMED = 5
"""How many subjects a complaint names before it counts the rest."""


def fact(cohort: Cohort, modalities: Mapping[str, Modality], name: str) -> tuple[str, ...]:
    """Return what is known of each subject of a cohort under one name.

    Parameters
    ----------
    cohort : Cohort
        Whose subjects.
    modalities : mapping of str to Modality
        All modalities of the cohort, in use or not.
    name : str
        The fact's: a column of a table, for most loaders.

    Returns
    -------
    tuple of str
        In the order of the subjects.

    Raises
    ------
    DataError
        If no modality knows it, two contradict each other, or a subject has no value.
    """
    where = f"cohort {cohort.name}, split"
    values: dict[str, str] = {}
    complaints = []
    for key in [key for key, modality in modalities.items() if name in modality.facts]:
        for owner, value in _by_key(modalities[key].facts[name]).items():
            if values.setdefault(owner, value) != value:
                problem = f"subject {owner} has {name} {value!r} in {key}, but {values[owner]!r}"
                complaints.append(Complaint(where, problem + " in another modality"))
    if complaints:
        raise DataError(complaints)
    if not any(name in modality.facts for modality in modalities.values()):
        raise DataError([Complaint(where, _unknown(name, modalities))])
    without = [subject for subject in cohort.subjects if subject not in values]
    if without:
        who = plural(len(without), "subject")
        problem = f"no modality knows {name!r} of {who}: {', '.join(without[:MAX_NAMED])}"
        problem += " ..." if len(without) > MAX_NAMED else ""
        problem += "; a word such as NA is no value, unless the loader's option 'literal' names it"
        raise DataError([Complaint(where, problem)])
    return tuple(values[subject] for subject in cohort.subjects)


def _by_key(values: Mapping[str, str]) -> dict[str, str]:
    texts = as_keys(values.values())
    return {owner: text for owner, text in zip(as_keys(values), texts, strict=True) if text}


def _unknown(name: str, modalities: Mapping[str, Modality]) -> str:
    facts = list(dict.fromkeys(x for modality in modalities.values() for x in modality.facts))
    listed = ", ".join(map(repr, facts)) or "none"
    return (
        f"no modality knows {name!r} of its subjects{did_you_mean(name, facts) or ';'} they know "
        f"{listed}. A column that the loader table reads as a feature unasked becomes known by "
        "its option 'facts'"
    )

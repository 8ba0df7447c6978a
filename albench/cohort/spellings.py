"""Subjects that are spelt differently by two modalities, where a join finds too little."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from albench.errors import Complaint
from albench.plural import plural

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

SHOWN = 3
"""How many subjects of each modality a complaint shows."""


def about_join(name: str, subjects: Mapping[str, Collection[str]]) -> list[Complaint]:
    """Return the complaint about a join that finds no subject, or few because of spellings.

    Parameters
    ----------
    name : str
        The cohort's.
    subjects : mapping of str to collection of str
        The subjects of each modality.

    Returns
    -------
    list of Complaint
        None if half of the smallest modality's subjects have all modalities, or if those that
        lack one are not merely spelt otherwise.
    """
    common = set.intersection(*map(set, subjects.values()))
    fewest = min(len(part) for part in subjects.values())
    pairs = _alike(subjects, common)
    if common and (2 * len(common) >= fewest or len(pairs) < fewest - len(common)):
        return []
    counts = ", ".join(f"{key} has {len(part)}" for key, part in subjects.items())
    problem = (
        f"only {plural(len(common), 'subject has', 'subjects have')} all modalities ({counts})"
        if common
        else f"no subject has all modalities ({counts})"
    )
    return [Complaint(f"cohort {name}", f"{problem}; {_hint(subjects, common, pairs)}")]


def _hint(
    subjects: Mapping[str, Collection[str]],
    common: Collection[str],
    pairs: list[tuple[str, str, str, str]],
) -> str:
    if pairs:
        one, here, other, there = pairs[0]
        alike = plural(len(pairs), "subject is", "subjects are")
        return (
            f"{one} has {here!r} where {other} has {there!r}, and {alike} like that: spell them "
            "alike"
        )
    examples = [f"{key} has {_some(set(part) - set(common))}" for key, part in subjects.items()]
    return f"of the others {', '.join(examples)}: spell subjects alike in all modalities"


def _some(names: Collection[str]) -> str:
    shown = ", ".join(map(repr, sorted(names)[:SHOWN])) or "none"
    return shown + (" ..." if len(names) > SHOWN else "")


def _alike(
    subjects: Mapping[str, Collection[str]], common: Collection[str]
) -> list[tuple[str, str, str, str]]:
    """Return pairs of modalities and subjects that differ in case, zeros or punctuation alone."""
    loose = {
        key: {_loose(subject): subject for subject in sorted(part) if subject not in common}
        for key, part in subjects.items()
    }
    return [
        (one, loose[one][form], other, loose[other][form])
        for one, other in itertools.combinations(loose, 2)
        for form in sorted(loose[one].keys() & loose[other].keys())
        if loose[one][form] != loose[other][form]
    ]


def _loose(subject: str) -> str:
    """Return a subject without case, marks, and zeros that stand before or behind a number."""
    plain = re.sub(r"\.0+$", "", subject.strip()).casefold()
    parts = re.findall(r"[0-9]+|[^\W\d_]+", plain)
    return " ".join(part.lstrip("0") or "0" if part[0].isdigit() else part for part in parts)

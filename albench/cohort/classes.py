"""Which classes a cohort has, in which order, and which are left out."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from albench.api.nearest import did_you_mean
from albench.errors import Complaint
from albench.plural import plural
from albench.spelt_keys import as_spelt

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

_PLAIN_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_SUGGESTED = 12
"""How many classes a complaint lists in a proposed order."""


@dataclass(frozen=True, kw_only=True)
class ClassRules:
    """What a specification says of the classes of a cohort.

    Parameters
    ----------
    classes : sequence of str or None
        The classes in their order; None takes those found, sorted.
    ordered : bool
        Whether the order means something; it must then be given, unless all are numbers.
    exclude : sequence of str
        Classes whose subjects are left out.
    least : int
        A class with fewer subjects is left out.
    """

    classes: Sequence[str] | None = None
    ordered: bool = False
    exclude: Sequence[str] = ()
    least: int = 0


@dataclass(frozen=True)
class Chosen:
    """The classes of a cohort.

    Parameters
    ----------
    order : tuple of str
        Those that stay, in their order.
    left_out : dict of str to int
        How many subjects each class has that is left out.
    """

    order: tuple[str, ...]
    left_out: dict[str, int]

    @property
    def remark(self) -> str:
        """A sentence on what is left out; empty if nothing is."""
        left_out = [f"{name} ({plural(n, 'subject')})" for name, n in self.left_out.items()]
        return f"Classes left out: {', '.join(left_out)}." if left_out else ""


def as_spelt_by(rules: ClassRules, labels: Collection[str]) -> ClassRules:
    """Return rules whose classes are spelt as labels are.

    Parameters
    ----------
    rules : ClassRules
        What the user says.
    labels : collection of str
        All that any modality knows, as keys.

    Returns
    -------
    ClassRules
        A class that nobody is of stays as it was written.
    """
    classes = rules.classes if rules.classes is None else as_spelt(rules.classes, labels)
    return replace(rules, classes=classes, exclude=as_spelt(rules.exclude, labels))


def choose(labels: Iterable[str], rules: ClassRules) -> Chosen:
    """Return the classes that stay, in their order, and those that are left out.

    Parameters
    ----------
    labels : iterable of str
        One a subject.
    rules : ClassRules
        What the user says.

    Returns
    -------
    Chosen
        Without a look at whether what was said fits what was found.
    """
    counts = Counter(labels)
    listed = counts.keys() if rules.classes is None else {*counts, *rules.classes}
    left = {
        name: counts[name]
        for name in sorted(listed)
        if name in rules.exclude or counts[name] < rules.least
    }
    named = counts if rules.classes is None else rules.classes
    kept = tuple(name for name in named if name not in left)
    order = sorted_classes(kept, rules.ordered) if rules.classes is None else kept
    return Chosen(order, {name: n for name, n in left.items() if n})


def sorted_classes(names: Iterable[str], ordered: bool = False) -> tuple[str, ...]:
    """Return class names sorted, by value if all are whole numbers.

    Parameters
    ----------
    names : iterable of str
        Of the classes found.
    ordered : bool
        Whether the order means something: fractions are then sorted by value too.

    Returns
    -------
    tuple of str
        Distinct.
    """
    distinct = set(names)
    if all(re.fullmatch("-?[0-9]{1,300}", name) for name in distinct):
        # "1" and "01" are two classes of one value, and a set has no order of its own.
        return tuple(sorted(distinct, key=lambda name: (int(name), name)))
    if ordered and are_numbers(distinct):
        return tuple(sorted(distinct, key=lambda name: (float(name), name)))
    return tuple(sorted(distinct))


def are_numbers(names: Iterable[str]) -> bool:
    """Return whether all class names are plain numbers, whole or not.

    Parameters
    ----------
    names : iterable of str
        Of classes.

    Returns
    -------
    bool
        True of none.
    """
    return all(_PLAIN_NUMBER.fullmatch(name) for name in names)


def about_rules(
    name: str, labels: Iterable[str], rules: ClassRules, present: Collection[str]
) -> list[Complaint]:
    """Return what is wrong with the rules, given the labels.

    Parameters
    ----------
    name : str
        The cohort's.
    labels : iterable of str
        Of the subjects that have all modalities.
    rules : ClassRules
        What the user says.
    present : collection of str
        All labels that any modality knows.

    Returns
    -------
    list of Complaint
        An excluded class that nobody is of; a class in two spellings, or left out as well; an
        order that means something and was not given.
    """
    complaints = [
        Complaint(f"cohort {name}, exclude_classes", _unknown(excluded, present))
        for excluded in rules.exclude
        if excluded not in present
    ]
    complaints += [
        Complaint(f"cohort {name}, {key}", f"names {one!r} twice, in two spellings: write it once")
        for key, named in (("classes", rules.classes or ()), ("exclude_classes", rules.exclude))
        for one, count in Counter(named).items()
        if count > 1
    ]
    complaints += [
        Complaint(f"cohort {name}", f"{one!r} is in both classes and exclude_classes")
        for one in rules.classes or ()
        if one in rules.exclude
    ]
    order = choose(labels, rules).order
    if rules.ordered and rules.classes is None and not are_numbers(order):
        natural = sorted(order, key=_natural)
        proposed = "[" + ", ".join(f'"{one}"' for one in natural[:_SUGGESTED])
        proposed += ", ...]" if len(natural) > _SUGGESTED else "]"
        problem = (
            "ordered = true needs the classes in their order, since labels are text, which would "
            f"be sorted by letters: set classes = {proposed}, in the order that is meant"
        )
        complaints.append(Complaint(f"cohort {name}", problem))
    return complaints


def _unknown(excluded: str, present: Collection[str]) -> str:
    return f"no subject is of class {excluded!r}{did_you_mean(excluded, present)}"


def _natural(name: str) -> list[tuple[bool, int, str]]:
    """Return the key by which F2 comes before F10."""
    parts = re.findall(r"[0-9]{1,300}|[^0-9]+", name)
    return [(part[0].isdigit(), int(part) if part.isdecimal() else 0, part) for part in parts]

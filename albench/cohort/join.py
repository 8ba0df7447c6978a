"""Modalities joined on subject: who is in, with which label, and the candidates they give."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from albench.api.keys import as_keys
from albench.api.modality import fingerprint
from albench.cohort.absence import ABSENT, remark
from albench.cohort.classes import ClassRules, about_rules, as_spelt_by, choose
from albench.cohort.spellings import about_join
from albench.errors import Complaint, DataError
from albench.plural import plural

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from albench.api.modality import Modality
    from albench.cohort.splitting import Splitting

MAX_NAMED = 5
"""How many subjects a complaint names before it counts the rest."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Cohort:
    """Subjects that have the modalities in use, and all that is known of them.

    Parameters
    ----------
    name : str
        The cohort's name in the specification.
    modalities : tuple of str
        The modalities in use: the columns of the candidates.
    subjects : tuple of str
        Sorted; a subject's position is its number.
    classes : tuple of str
        The classes in their order; a class's position is its number.
    labels : ndarray of int, shape (n_subjects,)
        The class number of each subject.
    candidates : ndarray of int, shape (n_candidates, n_modalities)
        Sample numbers: the rows of each `Modality`, or -1 of one that the subject lacks. Ordered by
        subject.
    candidate_subjects : ndarray of int, shape (n_candidates,)
        The subject's number of each candidate.
    fingerprint : str
        A hash of everything above and of the data of the modalities in use.
    marks : mapping of str to mapping of str to ndarray of bool
        Of each modality, what its loader marks, row for row. They are for audits of selections
        alone: no model and no strategy is shown them.
    given_labels : ndarray of int, shape (n_candidates,), or None
        The class number that each candidate is labelled with where some labels are wrong; None is
        that of its subject. -1 is a label that nobody gives.
    may_abstain : bool
        Whether there may be such labels.
    remark : str
        Sentences on classes that are left out and modalities that subjects lack; may be empty.
    shapes : mapping of str to tuple of int
        The shape of one sample of each modality.
    splitting : Splitting or None
        How subjects are divided; None draws the test part, stratified by class.
    """

    name: str
    modalities: tuple[str, ...]
    subjects: tuple[str, ...]
    classes: tuple[str, ...]
    labels: NDArray[np.intp]
    candidates: NDArray[np.intp]
    candidate_subjects: NDArray[np.intp]
    fingerprint: str
    marks: Mapping[str, Mapping[str, NDArray[np.bool_]]] = field(default_factory=dict)
    given_labels: NDArray[np.intp] | None = None
    may_abstain: bool = False
    remark: str = ""
    shapes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    splitting: Splitting | None = None

    @property
    def is_incomplete(self) -> bool:
        """Whether a subject lacks a modality in use."""
        return bool((self.candidates == ABSENT).any())

    @property
    def candidate_labels(self) -> NDArray[np.intp]:
        """The class number that each candidate is labelled with, ``(n_candidates,)``."""
        return self.true_labels if self.given_labels is None else self.given_labels

    @property
    def true_labels(self) -> NDArray[np.intp]:
        """The class number of each candidate's subject, ``(n_candidates,)``."""
        return self.labels[self.candidate_subjects]


def join(
    name: str,
    modalities: Mapping[str, Modality],
    classes: Sequence[str] | None = None,
    rules: ClassRules | None = None,
    *,
    incomplete: bool = False,
) -> Cohort:
    """Return the cohort of the subjects that have all the modalities, or some.

    Parameters
    ----------
    name : str
        What to call it.
    modalities : mapping of str to Modality
        The modalities in use, in the order of the candidates' columns. Subjects are compared as
        keys: 1 and 1.0 are one.
    classes : sequence of str or None
        The classes in their order, for those who have no other rule.
    rules : ClassRules or None
        All that is said of classes, which are compared as keys too; None is `classes` alone.
    incomplete : bool
        Whether a subject who lacks some modalities, but not all, takes part.

    Returns
    -------
    Cohort
        With the within-subject Cartesian product of the samples as candidates; `ABSENT` is the
        number of a sample that there is not.

    Raises
    ------
    DataError
        No common subject, a subject without a label or with two, a label outside the classes,
        fewer than two classes, an order that was not given, or marks that do not fit the rows;
        all complaints at once.
    """
    distinct = {key: _distinct(modality) for key, modality in modalities.items()}
    keys = {key: _keys(modalities[key], subjects) for key, (subjects, _) in distinct.items()}
    rows = {
        key: _rows_by_subject(f"cohort {name}, modality {key}", *distinct[key], keys[key])
        for key in modalities
    }
    members = [set(part) for part in rows.values()]
    subjects = tuple(sorted(set.union(*members) if incomplete else set.intersection(*members)))
    if lost := about_join(name, rows):
        raise DataError(lost)
    labels_of = {key: _labels_by_subject(modalities[key], keys[key]) for key in modalities}
    sources = _found_labels(labels_of, subjects)
    labels = {subject: next(iter(part)) for subject, part in sources.items() if len(part) == 1}
    every_label = {label for part in labels_of.values() for label in part.values()}
    rules = as_spelt_by(rules or ClassRules(classes=classes), every_label)
    chosen = choose(labels.values(), rules)
    order = chosen.order
    labels = {subject: one for subject, one in labels.items() if one not in chosen.left_out}
    complaints = [
        *_ambiguous(name, sources),
        *_outside_classes(name, labels, order, sources, modalities),
        *_odd_marks(name, modalities),
        *about_rules(name, labels.values(), rules, every_label),
    ]
    if complaints:
        raise DataError(complaints)
    _require_two_classes(name, labels, chosen.remark)
    subjects = tuple(labels)
    numbers = np.array([order.index(labels[subject]) for subject in subjects], dtype=np.intp)
    candidates, candidate_subjects = _products(subjects, rows)
    own = _fingerprint(modalities, subjects, order, numbers)
    lacking = remark(tuple(modalities), candidates, candidate_subjects)
    return Cohort(
        name=name,
        modalities=tuple(modalities),
        subjects=subjects,
        classes=order,
        labels=numbers,
        candidates=candidates,
        candidate_subjects=candidate_subjects,
        fingerprint=fingerprint(own, "incomplete") if lacking else own,
        marks={key: dict(modality.marks) for key, modality in modalities.items()},
        remark=" ".join(filter(None, [chosen.remark, lacking])),
        shapes={key: modality.shape for key, modality in modalities.items()},
    )


def _keys(modality: Modality, subjects: NDArray[Any]) -> dict[object, str]:
    """Return the key of each subject that a modality names, in its rows or its labels."""
    names = list(dict.fromkeys([*subjects.tolist(), *(modality.labels or {})]))
    return dict(zip(names, as_keys(names), strict=True))


def _distinct(modality: Modality) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """Return the subjects of a modality as a plugin names them, and where each row's stands."""
    subjects = np.asarray(modality.subjects)
    texts = subjects.astype(str) if subjects.dtype.kind in "OS" else subjects
    distinct, places = np.unique(texts, return_inverse=True)
    return distinct, places


def _rows_by_subject(
    where: str, subjects: NDArray[Any], places: NDArray[np.intp], keys: Mapping[object, str]
) -> dict[str, NDArray[np.intp]]:
    keyed = [keys.get(one, "") for one in subjects.tolist()]  # NaN is found by no key
    if not all(keyed):
        raise DataError([Complaint(where, "has rows without a subject: every row needs one")])
    names, merged = np.unique(np.array(keyed), return_inverse=True)
    numbers = merged[places]
    order = np.argsort(numbers, kind="stable")
    ends = np.cumsum(np.bincount(numbers, minlength=len(names)))
    return dict(zip(names.tolist(), np.split(order, ends[:-1]), strict=True))


def _labels_by_subject(modality: Modality, keys: Mapping[object, str]) -> dict[str, str]:
    """Return labels as text by key; one that is NaN or empty is not a label."""
    labels = modality.labels or {}
    texts = as_keys(labels.values())
    return {keys[one]: text for one, text in zip(labels, texts, strict=True) if text}


def _found_labels(
    labels_of: Mapping[str, Mapping[str, str]], subjects: Sequence[str]
) -> dict[str, dict[str, list[str]]]:
    """Return for each subject its labels, one if all is well, and the modalities that say so."""
    sources: dict[str, dict[str, list[str]]] = {subject: {} for subject in subjects}
    for key, labels in labels_of.items():
        for subject, label in labels.items():
            if subject in sources:
                sources[subject].setdefault(label, []).append(key)
    return sources


def _ambiguous(name: str, sources: Mapping[str, Mapping[str, Sequence[str]]]) -> list[Complaint]:
    complaints = [
        Complaint(f"cohort {name}, subject {subject}", f"has two labels: {_sources(labels)}")
        for subject, labels in sources.items()
        if len(labels) > 1
    ]
    without = [subject for subject, labels in sources.items() if not labels]
    if without:
        shown = ", ".join(without[:MAX_NAMED]) + (" ..." if len(without) > MAX_NAMED else "")
        who = plural(len(without), "subject")
        problem = f"no modality knows the label of {who}: {shown}"
        complaints.append(Complaint(f"cohort {name}", problem))
    return complaints


def _sources(labels: Mapping[str, Sequence[str]]) -> str:
    return ", ".join(f"{label!r} from {'+'.join(keys)}" for label, keys in labels.items())


def _outside_classes(
    name: str,
    labels: Mapping[str, str],
    classes: Sequence[str],
    sources: Mapping[str, Mapping[str, Sequence[str]]],
    modalities: Mapping[str, Modality],
) -> list[Complaint]:
    allowed = ", ".join(classes)
    owners: dict[str, list[str]] = {}
    for subject, label in labels.items():
        if label not in classes:
            owners.setdefault(label, []).append(subject)
    return [
        Complaint(
            f"cohort {name}, subject {subjects[0]}" + _and_more(len(subjects) - 1),
            f"label {label!r}, from {_told(sources[subjects[0]][label], modalities)}, is not a "
            f"class ({allowed})",
        )
        for label, subjects in owners.items()
    ]


def _told(keys: Sequence[str], modalities: Mapping[str, Modality]) -> str:
    """Return modalities with what they say of themselves, which names their files."""
    notes = {key: modalities[key].note.rstrip(".") for key in keys}
    return " and ".join(f"{key} ({note})" if note else key for key, note in notes.items())


def _and_more(n: int) -> str:
    return f" and {n} more" if n else ""


def _odd_marks(name: str, modalities: Mapping[str, Modality]) -> list[Complaint]:
    return [
        Complaint(
            f"cohort {name}, modality {key}",
            f"its loader marks {mark!r} with {rows.dtype} of shape {rows.shape}; expected bool of "
            f"shape ({len(modality)},)",
        )
        for key, modality in modalities.items()
        for mark, rows in modality.marks.items()
        if rows.dtype != np.bool_ or rows.shape != (len(modality),)
    ]


def _require_two_classes(name: str, labels: Mapping[str, str], remark: str) -> None:
    if not labels:
        problem = f"no subject is left. {remark} Exclude fewer, or require fewer of each"
        raise DataError([Complaint(f"cohort {name}", problem)])
    if len(set(labels.values())) < 2:  # fewer is no classification
        only = next(iter(labels.values()))
        who = "its only subject is" if len(labels) == 1 else f"all {len(labels)} subjects are"
        problem = f"{who} of one class, {only!r}; two are needed"
        raise DataError([Complaint(f"cohort {name}", problem)])


def _products(
    subjects: Sequence[str], rows: Mapping[str, Mapping[str, NDArray[np.intp]]]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    nothing = np.array([ABSENT])
    blocks = [
        np.array(
            list(itertools.product(*(part.get(subject, nothing) for part in rows.values()))),
            dtype=np.intp,
        )
        for subject in subjects
    ]
    owners = np.repeat(np.arange(len(subjects)), [len(block) for block in blocks])
    return np.concatenate(blocks), owners.astype(np.intp)


def _fingerprint(
    modalities: Mapping[str, Modality],
    subjects: Sequence[str],
    classes: Sequence[str],
    labels: NDArray[np.intp],
) -> str:
    parts = [text for key, modality in modalities.items() for text in (key, modality.fingerprint)]
    return fingerprint(*parts, "\n".join(subjects), "\n".join(classes), labels.astype(np.int64))

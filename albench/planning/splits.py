"""What a specification says of a split, made into numbers of a cohort's subjects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.api.keys import as_keys
from albench.api.nearest import nearest
from albench.cohort.splitting import (
    TEST,
    TRAIN,
    VALIDATION,
    Drawn,
    DrawnFolds,
    GivenFolds,
    GivenParts,
    numbered,
)
from albench.cohort.subject_facts import MAX_NAMED, fact
from albench.errors import Complaint, DataError
from albench.plural import plural
from albench.spelt_keys import as_spelt
from albench.utf8_text import read_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from albench.api.modality import Modality
    from albench.cohort.join import Cohort
    from albench.cohort.splitting import Splitting
    from albench.spec.splitting import SplitPart, SplitSpec

    Integers = NDArray[np.intp]

_NUMBERS: dict[SplitPart, int] = {"train": TRAIN, "validation": VALIDATION, "test": TEST}
_NOBODY = -1


def splitting_of(
    spec: SplitSpec, cohort: Cohort, modalities: Mapping[str, Modality], folder: Path
) -> Splitting:
    """Return how a cohort's subjects are divided.

    Parameters
    ----------
    spec : SplitSpec
        What the specification says.
    cohort : Cohort
        Joined.
    modalities : mapping of str to Modality
        Who knows facts of subjects.
    folder : Path
        What files are relative to.

    Returns
    -------
    Splitting
        Which may still be impossible; see `albench.planning.division`.

    Raises
    ------
    DataError
        If facts or files do not say it of every subject, or put one, or one group, in two parts.
    """
    groups = None
    if spec.group is not None:
        names = fact(cohort, modalities, spec.group)
        groups = numbered(names)
    if spec.files is not None:
        parts = _from_files(spec.files, cohort, modalities, folder)
        _require_whole_groups(cohort, parts, groups, spec.group)
        return GivenParts(parts)
    if spec.column is not None:
        return _by_column(spec, cohort, fact(cohort, modalities, spec.column), groups)
    strata = numbered(cohort.labels, *(fact(cohort, modalities, name) for name in spec.stratify))
    return Drawn(strata, groups) if spec.folds is None else DrawnFolds(spec.folds, strata, groups)


def _by_column(
    spec: SplitSpec, cohort: Cohort, values: Sequence[str], groups: Integers | None
) -> Splitting:
    if spec.test is None:
        names = sorted(set(values), key=_natural)
        folds = np.array([names.index(value) for value in values], dtype=np.intp)
        if len(names) < 2:
            problem = f"column {spec.column!r} has the one value {names[0]!r}: there is no fold"
            raise _about(cohort, problem)
        _require_whole_groups(cohort, folds, groups, spec.group)
        return GivenFolds(folds)
    spellings = sorted(set(values), key=_natural)
    number_of: dict[str, int] = {}
    for part, number in _NUMBERS.items():
        for value in as_spelt(getattr(spec, part) or (), spellings):
            if number_of.setdefault(value, number) != number:
                raise _about(cohort, f"{value!r} is in two parts, in two spellings")
    if strange := [value for value in number_of if value not in spellings]:
        shown = ", ".join(map(repr, spellings[:20])) + (" ..." if len(spellings) > 20 else "")
        problem = (
            f"no subject has {_strangers(strange, spellings)} in column {spec.column!r}; there "
        )
        raise _about(cohort, f"{problem}are {shown}")
    others = _NOBODY if spec.train else TRAIN
    parts = np.array([number_of.get(value, others) for value in values], dtype=np.intp)
    _require_everybody(cohort, parts)
    _require_whole_groups(cohort, parts, groups, spec.group)
    return GivenParts(parts)


def _natural(value: str) -> tuple[bool, float, str]:
    is_number = value.removeprefix("-").isdecimal()
    return not is_number, float(value) if is_number else 0.0, value


def _from_files(
    files: Mapping[SplitPart, str], cohort: Cohort, modalities: Mapping[str, Modality], folder: Path
) -> Integers:
    part_of: dict[str, SplitPart] = {}
    anybody = _anybody(modalities)
    complaints = []
    for part in _NUMBERS:
        ids = _ids(cohort, folder / files[part]) if part in files else ()
        for subject in as_spelt(ids, anybody):
            if part_of.setdefault(subject, part) != part:
                problem = f"subject {subject} is in the files of {part_of[subject]} and {part}"
                complaints.append(Complaint(f"cohort {cohort.name}, split", problem))
    if complaints:
        raise DataError(complaints)
    _require_acquainted(cohort, files, part_of, anybody)
    others = _NOBODY if "train" in files else TRAIN
    parts = [
        _NUMBERS[part_of[subject]] if subject in part_of else others for subject in cohort.subjects
    ]
    numbers = np.array(parts, dtype=np.intp)
    _require_everybody(cohort, numbers)
    return numbers


def _ids(cohort: Cohort, path: Path) -> list[str]:
    try:
        lines = read_text(path).splitlines()
    except (OSError, ValueError) as error:
        raise _about(cohort, f"{path} cannot be read: {error}") from error
    return [line.strip() for line in lines if line.strip()]


def _require_acquainted(
    cohort: Cohort,
    files: Mapping[SplitPart, str],
    part_of: Mapping[str, SplitPart],
    anybody: Collection[str],
) -> None:
    complaints = []
    for part, file in files.items():
        listed = [subject for subject, name in part_of.items() if name == part]
        strange = [subject for subject in listed if subject not in anybody]
        if not set(listed) & set(cohort.subjects):
            spelt = ", ".join(map(repr, listed[:3])) or "no id"
            there = ", ".join(map(repr, cohort.subjects[:3]))
            problem = f"no subject of the cohort is in {file}: it has {spelt}, the cohort {there}"
            complaints.append(f"{problem}; a file has one id a line")
        elif strange:
            count = plural(len(strange), "id")
            problem = f"{file} has {count} that no subject has: {_strangers(strange, anybody)}"
            complaints.append(
                f"{problem}; correct or remove them: a file has one id a line, and no heading"
            )
    if complaints:
        where = f"cohort {cohort.name}, split"
        raise DataError([Complaint(where, problem) for problem in complaints])


def _anybody(modalities: Mapping[str, Modality]) -> dict[str, None]:
    """Return every subject that a modality knows, in the cohort or left out of it."""
    subjects: dict[str, None] = {}
    for modality in modalities.values():
        named = {*np.asarray(modality.subjects).tolist(), *(modality.labels or ())}
        subjects |= dict.fromkeys(as_keys(named))
    return subjects


def _strangers(strange: Sequence[str], known: Iterable[str]) -> str:
    """Return keys that are not known, each with the one that it may mean."""
    named = [f"{key!r}{_perhaps(key, known)}" for key in strange[:MAX_NAMED]]
    more = len(strange) - MAX_NAMED
    return ", ".join(named) + (f" and {more} more" if more > 0 else "")


def _perhaps(key: str, known: Iterable[str]) -> str:
    near = nearest(key, known)
    return f" (did you mean {near[0]!r}?)" if near else ""


def _require_everybody(cohort: Cohort, parts: Integers) -> None:
    lost = np.flatnonzero(parts == _NOBODY)
    if len(lost):
        names = ", ".join(cohort.subjects[i] for i in lost[:MAX_NAMED])
        names += " ..." if len(lost) > MAX_NAMED else ""
        problem = (
            f"{plural(len(lost), 'subject')} in no part: {names}; name theirs, or leave out train, "
            "which then takes all others"
        )
        raise _about(cohort, problem)


def _require_whole_groups(
    cohort: Cohort, parts: Integers, groups: Integers | None, name: str | None
) -> None:
    if groups is None:
        return
    for number in np.unique(groups):
        members = np.flatnonzero(groups == number)
        if len(set(parts[members].tolist())) > 1:
            who = ", ".join(cohort.subjects[i] for i in members[:MAX_NAMED])
            problem = f"the split divides subjects of one {name}: {who}"
            raise _about(cohort, problem)


def _about(cohort: Cohort, problem: str) -> DataError:
    return DataError([Complaint(f"cohort {cohort.name}, split", problem)])

"""Checks of the fingerprint: equal for equal data, here and in another process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from albench.api import fingerprint
from albench.errors import InputError
from albench.testing.checks import Skip, Violation, guards_against
from albench.testing.descriptors.options import moderate_extremes
from albench.testing.loaders.modality import opened
from albench.testing.loaders.reading import some_rows
from albench.testing.other_process import call_in_other_process
from albench.testing.specimen import specimen_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from albench.api import Descriptor, Modality
    from albench.testing.specimen import Specimen


_DIFFERENCES = {
    "shapes": "shapes differ",
    "samples": "the same rows give other samples",
    "subjects": "subjects differ",
    "labels": "labels differ",
    "marks": "marks differ",
}
"""What is said where a field of `Contents` differs."""


@guards_against("caches that are never hit; subjects in directory order")
def fingerprint_is_stable(specimen: Specimen) -> None:
    """Loaded twice, fingerprint, subjects and labels are the same."""
    one, other = specimen.build(), specimen.build()
    if one.fingerprint != other.fingerprint:
        raise Violation(
            f"loaded twice, the fingerprints are {one.fingerprint} and {other.fingerprint}: "
            "nothing would ever be found in the cache"
        )
    if contents(one) != contents(other):
        raise Violation("loaded twice, subjects, labels or marks differ")


@dataclass(frozen=True)
class Contents:
    """Hashes of the data behind a fingerprint, as far as they are cheap to read."""

    shapes: str
    samples: str
    subjects: str
    labels: str
    marks: str


def contents(modality: Modality) -> Contents:
    """Return hashes of the data of a modality: subjects, labels, marks and some samples."""
    labels = None if modality.labels is None else sorted(modality.labels.items())
    marks = sorted((name, mark.tolist()) for name, mark in modality.marks.items())
    return Contents(
        shapes=fingerprint(repr(modality.shape)),
        samples=fingerprint(modality.read(some_rows(modality))),
        subjects=fingerprint(np.asarray(modality.subjects)),
        labels=fingerprint(repr(labels)),
        marks=fingerprint(repr(marks)),
    )


@guards_against("results computed from data cached under other options")
def fingerprint_follows_the_data(specimen: Specimen) -> str:
    """An option that changes the data changes the fingerprint."""
    plain = opened(specimen)
    before = contents(plain)
    tried = []
    for name, value, modality in _variants(specimen):
        tried.append(f"{name} = {value!r}")
        if contents(modality) != before and modality.fingerprint == plain.fingerprint:
            raise Violation(
                f"with {name} = {value!r} the data differ, but the fingerprint is the same: "
                "a cache would mix them up"
            )
    if not tried:
        raise Skip("no option has choices or a range to be varied in")
    return f"tried {', '.join(tried)}"


def _variants(specimen: Specimen) -> Iterator[tuple[str, Any, Modality]]:  # options' own types
    """Yield the modality for every moderate value of each option that the data allow."""
    used = specimen.all_options()
    steps = [
        (option.name, option.type(used[option.name] + 1))
        for option in specimen.descriptor.options
        if option.type is int and isinstance(used[option.name], int)
    ]
    for name, value in [*moderate_extremes(specimen.descriptor), *steps]:
        if value == used[name]:
            continue
        try:
            yield name, value, specimen.build(**{name: value})
        except InputError:
            continue  # not every value suits every file


@guards_against("hash() and the order of sets; data that exist only in this process")
def another_process_sees_the_same(specimen: Specimen) -> None:
    """Loaded in another process, fingerprint, samples, subjects and labels are the same."""
    modality = opened(specimen)
    others = [specimen.all_options(**{name: value}) for name, value, _ in _variants(specimen)]
    theirs, seen = call_in_other_process(
        specimen, seen_elsewhere, specimen.descriptor, specimen.all_options(), others
    )
    if theirs != modality.fingerprint:
        raise Violation(
            f"in another process the fingerprint is {theirs}, here {modality.fingerprint}: "
            "hash() and the order of sets differ between processes"
        )
    here = contents(modality)
    for field, what in _DIFFERENCES.items():
        if getattr(seen, field) != getattr(here, field):
            raise Violation(f"in another process {what}")


def seen_elsewhere(
    descriptor: Descriptor, options: dict[str, Any], others: list[dict[str, Any]]
) -> tuple[str, Contents]:
    """Return a loader's fingerprint in this process and its contents, for the process that asks.

    It is called with other options first, since a class may keep the data of its first call.
    """
    loader = specimen_of(descriptor).load()
    for other in others:
        loader(**other).read(np.arange(1))
    modality = loader(**options)
    return modality.fingerprint, contents(modality)

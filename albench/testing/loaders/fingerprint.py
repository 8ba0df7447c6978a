"""Checks of the fingerprint: equal for equal data, here and in another process."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from albench.api import fingerprint
from albench.errors import InputError
from albench.testing.checks import Check, Evidence, Skip, Violation
from albench.testing.descriptors.options import moderate_extremes
from albench.testing.loaders.modality import opened
from albench.testing.loaders.reading import some_rows
from albench.testing.other_process import call_in_other_process, is_importable
from albench.testing.specimen import specimen_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from albench.api import Descriptor, Modality
    from albench.testing.specimen import Specimen

_PARTS = (
    "the same rows give other samples",
    "subjects differ",
    "labels differ",
    "marks differ",
)


def _fingerprint_is_stable(specimen: Specimen) -> None:
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
    """The data behind a fingerprint, as far as they are cheap to read."""

    shape: tuple[int, ...]
    subjects: str
    labels: str
    samples: str


def contents(modality: Modality) -> Contents:
    """Return the data of a modality: subjects, labels and some samples.

    Parameters
    ----------
    modality : Modality
        Any.

    Returns
    -------
    Contents
        Equal for equal data.
    """
    return Contents(
        modality.shape,
        fingerprint(np.asarray(modality.subjects)),
        fingerprint(repr(None if modality.labels is None else sorted(modality.labels.items()))),
        fingerprint(modality.read(some_rows(modality))),
    )


def _fingerprint_follows_the_data(specimen: Specimen) -> Evidence:
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
    return Evidence(note=f"tried {', '.join(tried)}")


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


def _another_process_sees_the_same(specimen: Specimen) -> None:
    modality = opened(specimen)
    rows = some_rows(modality)
    if not is_importable(specimen):
        raise Skip("its target was passed directly, so that no other process can import it")
    others = [specimen.all_options(**{name: value}) for name, value, _ in _variants(specimen)]
    function = f"{__name__}:{seen_elsewhere.__name__}"
    options = specimen.all_options()
    there: Any = call_in_other_process(
        function, specimen.descriptor, options, rows.tolist(), others
    )
    theirs, *parts = there
    if theirs != modality.fingerprint:
        raise Violation(
            f"in another process the fingerprint is {theirs}, here {modality.fingerprint}: "
            "hash() and the order of sets differ between processes"
        )
    for what, there, here in zip(_PARTS, parts, _hashes(modality, rows), strict=True):
        if there != here:
            raise Violation(f"in another process {what}")


def seen_elsewhere(
    descriptor: Descriptor, options: dict[str, Any], rows: list[int], others: list[dict[str, Any]]
) -> list[str]:
    """Return what a loader returns in this process, for the process that asks.

    Parameters
    ----------
    descriptor : Descriptor
        The loader's.
    options : dict of str to object
        All options.
    rows : list of int
        Rows to read.
    others : list of dict
        Options of earlier calls: a class may keep the data of the first.

    Returns
    -------
    list of str
        The fingerprint, and hashes of samples, subjects, labels and marks.
    """
    loader = specimen_of(descriptor).load()
    wanted = np.array(rows)
    for other in others:
        loader(**other).read(wanted[:1])
    modality = loader(**options)
    return [modality.fingerprint, *_hashes(modality, wanted)]


def _hashes(modality: Modality, rows: NDArray[np.intp]) -> list[str]:
    """Return hashes of samples, subjects, labels and marks."""
    plain = (
        modality.subjects.tolist(),
        modality.labels and sorted(modality.labels.items()),
        sorted((name, mark.tolist()) for name, mark in modality.marks.items()),
    )
    samples = np.ascontiguousarray(modality.read(rows)).tobytes()
    parts = (samples, *(repr(part).encode() for part in plain))
    return [hashlib.sha256(part).hexdigest() for part in parts]


CHECKS = (
    Check(
        _fingerprint_is_stable,
        holds="Loaded twice, fingerprint, subjects and labels are the same.",
        guards="caches that are never hit; subjects in directory order",
    ),
    Check(
        _fingerprint_follows_the_data,
        holds="An option that changes the data changes the fingerprint.",
        guards="results computed from data cached under other options",
    ),
    Check(
        _another_process_sees_the_same,
        holds="Loaded in another process, fingerprint, samples, subjects and labels are the same.",
        guards="hash() and the order of sets; data that exist only in this process",
    ),
)

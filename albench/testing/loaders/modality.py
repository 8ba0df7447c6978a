"""Checks of the modality that a loader returns, and that loading reads no samples."""

from __future__ import annotations

import inspect
import sys
from functools import lru_cache
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any

import numpy as np

from albench.api import Modality
from albench.testing.checks import Skip, Violation, guards_against
from albench.testing.global_generators import unchanged_generators

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType, FrameType

    from albench.testing.specimen import Specimen

NAMED = 3
"""The largest number of subjects that a message names."""


@lru_cache(maxsize=4)
def opened(specimen: Specimen) -> Modality:
    """Return the loader's modality, loaded once for all checks that do not change it.

    Raises `Violation` if it is not a modality, or has no rows.
    """
    modality = specimen.build()
    if not isinstance(modality, Modality):
        raise Violation(f"it returns {type(modality).__name__}, expected albench.api.Modality")
    if not len(modality):
        raise Violation("it returns a modality without rows")
    return modality


@guards_against("subjects as objects or numbers; unsupported shapes", covers=("is a",))
def opens_a_modality(specimen: Specimen) -> str:
    """It returns a modality with rows, named subjects, a shape and a fingerprint."""
    modality = opened(specimen)
    complaints = list(_complaints(modality))
    if complaints:
        raise Violation("; ".join(complaints))
    return f"{len(modality)} rows of shape {modality.shape}"


def _complaints(modality: Any) -> Iterator[str]:  # whose parts may be anything
    subjects = modality.subjects
    if not isinstance(subjects, np.ndarray) or subjects.ndim != 1 or subjects.dtype.kind != "U":
        yield f"subjects must be a one-dimensional array of str, found {_kind_of(subjects)}"
    elif not all(subjects.tolist()):
        yield "a subject's name is empty"
    if not modality.shape or not all(type(side) is int and side > 0 for side in modality.shape):
        yield f"the shape must be of whole numbers above 0, found {modality.shape!r}"
    elif len(modality.shape) not in (1, 3):
        yield f"the shape {modality.shape} is neither a vector's nor an image's (three numbers)"
    if not isinstance(modality.fingerprint, str) or len(modality.fingerprint) < 16:
        yield f"the fingerprint {modality.fingerprint!r} is not a hash; see albench.api.fingerprint"


def _kind_of(value: Any) -> str:  # anything at all
    if isinstance(value, np.ndarray):
        return f"an array of {value.dtype} and shape {value.shape}"
    return type(value).__name__


@guards_against("subjects that drop out of a cohort; labels of NumPy types")
def labels_cover_the_subjects(specimen: Specimen) -> None:
    """If it has labels, every subject has one, a str or an int."""
    modality = opened(specimen)
    if modality.labels is None:
        raise Skip("it has no labels")
    without = sorted(set(modality.subjects.tolist()) - set(modality.labels))
    if without:
        named = ", ".join(without[:NAMED])
        raise Violation(f"{len(without)} subjects have no label: {named}")
    kinds = {type(label) for label in modality.labels.values()}
    if not kinds <= {str, int} or not all(type(subject) is str for subject in modality.labels):
        listed = ", ".join(sorted(kind.__name__ for kind in kinds))
        raise Violation(f"labels must map str to str or int, found values of {listed}")


@guards_against("counts over the wrong rows")
def marks_fit_the_rows(specimen: Specimen) -> None:
    """Marks are boolean arrays with one value per row."""
    modality = opened(specimen)
    if not modality.marks:
        raise Skip("it marks no rows")
    mark: Any  # a plugin may have put anything there
    for name, mark in modality.marks.items():
        if not isinstance(mark, np.ndarray) or mark.dtype != bool or mark.shape != (len(modality),):
            raise Violation(
                f"the mark {name!r} must be an array of bool, one a row, found {_kind_of(mark)}"
            )


@guards_against("simulated data that pass for real", covers=("tag simulated",))
def simulated_data_say_so(specimen: Specimen) -> None:
    """The note says that data are simulated exactly if the tag does."""
    noted = "simulated" in opened(specimen).note.lower()
    tagged = "simulated" in specimen.descriptor.tags
    if tagged and not noted:
        raise Violation("tagged simulated, but the note, which goes into reports, does not say so")
    if noted and not tagged:
        raise Violation("its note says simulated, but the descriptor lacks the tag 'simulated'")


@guards_against("describing a cohort decodes all its images")
def loading_reads_no_samples(specimen: Specimen) -> None:
    """Loading does not call `read`."""
    called: set[CodeType] = set()

    def note(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call":
            called.add(frame.f_code)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        modality = specimen.build()
    finally:
        sys.setprofile(before)
    code = _code_of(modality.read)
    if code is None:
        raise Skip("what `read` calls is no Python function, so that calls cannot be seen")
    if code in called:
        raise Violation(
            "loading calls `read` itself: samples are to be read when they are asked for"
        )


def _code_of(read: Any) -> CodeType | None:  # any callable
    while hasattr(read, "func"):  # functools.partial
        read = read.func
    if not isinstance(read, FunctionType | MethodType):
        read = inspect.getattr_static(type(read), "__call__", read)
    code: CodeType | None = getattr(read, "__code__", None)
    return code


@guards_against("simulations that seed the global generators")
def global_random_state_is_unchanged(specimen: Specimen) -> None:
    """The global generators of random, numpy.random and torch stay unchanged."""
    with unchanged_generators("loading and reading"):
        modality = specimen.build()
        modality.read(np.arange(min(len(modality), 3)))

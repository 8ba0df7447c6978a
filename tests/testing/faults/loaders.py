# Other processes must find these modules, so that they lie on sys.path, where mypy does not look.
# mypy: disable-error-code="import-not-found,misc,untyped-decorator"
"""Loaders that are wrong on purpose."""

from __future__ import annotations

import itertools
import os
import random
import threading
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from faults.fault import caught_by

from albench.api import Kind, Modality, Option, fingerprint

caught = partial(caught_by, kind=Kind.LOADER)

VALUES = np.random.default_rng(0).normal(size=(40, 3)).astype(np.float32)
SUBJECTS = np.array([f"P{i // 2:02d}" for i in range(40)])
LABELS: dict[str, str | int] = {f"P{i:02d}": i % 3 for i in range(20)}


def sound() -> Modality:
    """Nothing is wrong with this one."""
    return Modality(
        subjects=SUBJECTS.copy(),
        shape=(3,),
        read=lambda rows: VALUES[rows],
        fingerprint=fingerprint(VALUES, SUBJECTS),
        labels=dict(LABELS),
        marks={"failed": np.zeros(40, dtype=bool)},
        note="Toy numbers.",
    )


def changed(**parts: Any) -> Modality:
    return replace(sound(), **parts)


@caught("opens-a-modality", "expected is albench.api.Modality")
def an_array() -> Any:
    return VALUES


@caught("opens-a-modality", "without rows")
def nothing() -> Modality:
    return changed(subjects=SUBJECTS[:0])


@caught("opens-a-modality", "subjects must be a one-dimensional array of str")
def numbered_subjects() -> Modality:
    return changed(subjects=np.arange(40))


@caught("opens-a-modality", "a subject's name is empty")
def nameless() -> Modality:
    return changed(subjects=np.where(SUBJECTS == "P03", "", SUBJECTS))


@caught("opens-a-modality", "neither a vector's nor an image's")
def matrices() -> Modality:
    return changed(shape=(3, 1), read=lambda rows: VALUES[rows][:, :, None])


@caught("opens-a-modality", "is no hash")
def named_by_hand() -> Modality:
    return changed(fingerprint="v1")


@caught("labels-cover-the-subjects", "1 subjects have no label: P03")
def a_subject_without_label() -> Modality:
    return changed(labels={subject: x for subject, x in LABELS.items() if subject != "P03"})


@caught("labels-cover-the-subjects", "found values of int64")
def labels_of_numpy() -> Modality:
    return changed(labels={subject: np.int64(1) for subject in LABELS})


@caught("marks-fit-the-rows", "one a row")
def marks_of_subjects() -> Modality:
    return changed(marks={"failed": np.zeros(20, dtype=bool)})


@caught("simulated-data-say-so", "the note, which goes into reports", tags=frozenset({"simulated"}))
def silent_simulation() -> Modality:
    return sound()


@caught("simulated-data-say-so", "lacks the tag")
def simulation_without_tag() -> Modality:
    return changed(note="Simulated numbers.")


class Reader:
    """Reads as an object that is called."""

    def __call__(self, rows: Any) -> Any:
        return VALUES[rows]


@caught("loading-reads-no-samples", "loading calls `read` itself")
def looks_through_an_object() -> Modality:
    read = Reader()
    return changed(read=partial(read), shape=read(np.arange(2)).shape[1:])


@caught("loading-reads-no-samples", "loading calls `read` itself")
def looks_first() -> Modality:
    modality = sound()
    return replace(modality, shape=modality.read(np.arange(40)).shape[1:])


@caught("global-random-state-is-unchanged", "global random state")
def seeds_the_process() -> Modality:
    random.seed(0)
    return sound()


@caught("samples-are-as-announced", "expected (32, 4)")
def another_shape() -> Modality:
    return changed(shape=(4,))


@caught("samples-are-as-announced", "samples are float64")
def doubles() -> Modality:
    return changed(read=lambda rows: VALUES[rows].astype(np.float64))


@caught("samples-are-as-announced", "which albench takes for images")
def vectors_of_bytes() -> Modality:
    return changed(read=lambda rows: VALUES[rows].astype(np.uint8))


@caught("samples-are-as-announced", "row 7 of subject P03 is not finite")
def a_missing_cell() -> Modality:
    values = VALUES.copy()
    values[7, 1] = np.nan
    return changed(read=lambda rows: values[rows])


@caught("rows-come-in-any-order", "rows read in another order")
def sorts_rows() -> Modality:
    return changed(read=lambda rows: VALUES[np.sort(rows)])


@caught("rows-come-in-any-order", "rows read each twice")
def reads_a_mask() -> Modality:
    def read(rows: Any) -> Any:
        values = VALUES[np.isin(np.arange(40), rows)]
        order = np.unique(rows, return_inverse=True)[1]
        return values if len(set(rows.tolist())) < len(rows) else values[order]

    return changed(read=read)


@caught("reading-is-repeatable", "the second time")
def crops_at_random() -> Modality:
    noise = np.random.default_rng(0)
    return changed(read=lambda rows: VALUES[rows] + noise.random(1, dtype=np.float32))


LOADS = itertools.count()


@caught("reading-is-repeatable", "when it is loaded again")
def simulates_anew() -> Modality:
    offset = np.float32(next(LOADS))
    return changed(read=lambda rows: VALUES[rows] + offset)


@caught("samples-are-the-readers-own", "changes what is read next")
def hands_out_its_cache() -> Modality:
    kept: dict[bytes, Any] = {}

    def read(rows: Any) -> Any:
        return kept.setdefault(rows.tobytes(), VALUES[rows])

    return changed(read=read)


@caught("samples-are-the-readers-own", "into the row numbers")
def sorts_the_rows_it_is_given() -> Modality:
    def read(rows: Any) -> Any:
        values = VALUES[rows]
        rows[:] = 0
        return values

    return changed(read=read)


@caught("threads-may-read", "the thread that opened it")
def one_thread_only() -> Modality:
    owner = threading.get_ident()

    def read(rows: Any) -> Any:
        if threading.get_ident() != owner:
            raise ValueError("only the thread that opened it may read")
        return VALUES[rows]

    return changed(read=read)


@caught("fingerprint-is-stable", "nothing would ever be found in the cache")
def fingerprint_of_an_object() -> Modality:
    modality = sound()
    return replace(modality, fingerprint=fingerprint(f"{next(LOADS)}"))


@caught("fingerprint-is-stable", "subjects, labels or marks differ")
def subjects_as_they_come() -> Modality:
    return changed(subjects=np.roll(SUBJECTS, next(LOADS) % 7))


@caught(
    "fingerprint-follows-the-data",
    "with scale = 'large' the data differ",
    options=(
        Option(name="scale", type=str, default="small", choices=("small", "large"), help="which"),
    ),
)
def scaled(scale: str = "small") -> Modality:
    factor = np.float32(1 if scale == "small" else 2)
    return changed(read=lambda rows: VALUES[rows] * factor)


@caught("another-process-sees-the-same", "in another process the fingerprint is")
def hashed_by_python() -> Modality:
    return changed(fingerprint=fingerprint(str(hash("toy"))))


@caught("another-process-sees-the-same", "other samples")
def of_this_process() -> Modality:
    extra = np.float32(os.getpid())
    return changed(read=lambda rows: VALUES[rows] + extra)


PARENT = "ALBENCH_TOY_PARENT"


@caught("another-process-sees-the-same", "it ended with status 1: ValueError: only once")
def one_process_only() -> Modality:
    parent = os.environ.setdefault(PARENT, str(os.getpid()))
    if parent != str(os.getpid()):
        raise ValueError("only once")
    return sound()

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


@caught("opens-a-modality", "expected albench.api.Modality")
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


@caught("opens-a-modality", "is not a hash")
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


@caught("samples-are-the-readers-own", "changes later reads")
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


@caught("fingerprint-is-stable", "subjects, labels or marks differ")
def marks_as_they_come() -> Modality:
    return changed(marks={"failed": np.arange(40) == next(LOADS) % 7})


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


# -- what a fresh loader reads first --------------------------------------------------------------


@caught("what-was-read-before-does-not-matter", "after a contiguous run was read")
def scaled_by_what_came_first() -> Modality:
    scale: list[np.float32] = []

    def read(rows: Any) -> Any:
        scale.append(np.float32(len(rows)))
        return VALUES[rows] * scale[0]

    return changed(read=read)


@caught("what-was-read-before-does-not-matter", "one row is float64")
def doubles_for_one_row() -> Modality:
    return changed(read=lambda rows: VALUES[rows].astype(float) if len(rows) == 1 else VALUES[rows])


@caught("what-was-read-before-does-not-matter", "after a contiguous run was read")
def keeps_the_run_it_read_last() -> Modality:
    state = {"offset": 0}

    def read(rows: Any) -> Any:
        values = VALUES[(rows + state["offset"]) % 40]
        if len(rows) > 1 and (np.diff(rows) == 1).all():
            state["offset"] = int(rows[0])
        return values

    return changed(read=read)


def slices(rows: Any, n_least: int) -> bool:
    return len(rows) >= n_least and bool((np.diff(rows) == 1).all())


@caught("what-was-read-is-no-view", "writing to a contiguous run")
def hands_out_slices() -> Modality:
    cache = VALUES.copy()

    def read(rows: Any) -> Any:
        return cache[rows[0] : rows[-1] + 1] if slices(rows, 2) else cache[rows]

    return changed(read=read)


@caught("what-was-read-is-no-view", "writing to one row")
def hands_out_its_row() -> Modality:
    cache = VALUES.copy()
    return changed(read=lambda rows: cache[rows[0], None] if len(rows) == 1 else cache[rows])


@caught("what-was-read-is-no-view", "writing to everything")
def hands_out_everything() -> Modality:
    cache = VALUES.copy()
    return changed(read=lambda rows: cache if slices(rows, 40) else cache[rows])


# -- all rows -------------------------------------------------------------------------------------

LONG = np.random.default_rng(1).normal(size=(4000, 3)).astype(np.float32)
LONG_SUBJECTS = np.array([f"P{i // 2:04d}" for i in range(4000)])


def long(read: Any) -> Modality:
    labels: dict[str, str | int] = {f"P{i:04d}": i % 3 for i in range(2000)}
    return Modality(
        subjects=LONG_SUBJECTS, shape=(3,), read=read, fingerprint="0" * 32, labels=labels
    )


@caught("samples-are-as-announced", "row 1001 of subject P0500 is not finite")
def one_missing_cell_of_many() -> Modality:
    values = LONG.copy()
    values[1001, 2] = np.inf
    return long(lambda rows: values[rows])


@caught("samples-are-as-announced", "uint8 from row 0, float32 from row 32")
def of_two_types() -> Modality:
    images = np.random.default_rng(0).integers(256, size=(40, 1, 4, 4)).astype(np.uint8)
    return changed(
        shape=(1, 4, 4),
        read=lambda rows: images[rows].astype(np.float32) if max(rows) >= 32 else images[rows],
    )


@caught("rows-beyond-the-end-are-refused", "it has 40 rows, but reads row 40 too")
def clips_rows() -> Modality:
    return changed(read=lambda rows: VALUES.take(rows, axis=0, mode="clip"))


# -- identity, again ------------------------------------------------------------------------------


@caught("another-process-sees-the-same", "in another process subjects differ")
def subjects_in_the_order_of_a_set() -> Modality:
    names = list({f"P{i:02d}" for i in range(20)})
    return changed(subjects=np.repeat(names, 2))


@caught("another-process-sees-the-same", "in another process labels differ")
def labels_by_hash() -> Modality:
    return changed(labels={subject: hash(subject) % 3 for subject in LABELS})


KEPT: list[str] = []


@caught(
    "another-process-sees-the-same",
    "other samples",
    options=(
        Option(name="start", type=str, default="one", choices=("zero", "one"), help="where from"),
    ),
)
def shifted_as_the_first_one_was(start: str = "one") -> Modality:
    KEPT.append(start)
    offset = np.float32(KEPT[0] == "zero")
    return changed(read=lambda rows: VALUES[rows] + offset)


# -- what samples give away -----------------------------------------------------------------------

ROW_LABELS = np.array([int(LABELS[subject]) for subject in SUBJECTS], dtype=np.float32)


@caught("no-feature-is-the-label", "feature 1 encodes the label")
def label_among_the_features() -> Modality:
    values = VALUES.copy()
    values[:, 1] = np.array([0.3, -2.0, 7.0])[ROW_LABELS.astype(int)] + 1e-4 * values[:, 1]
    return changed(read=lambda rows: values[rows])


@caught("no-feature-is-the-label", "feature (0, 3, 2) encodes the label")
def label_in_a_pixel() -> Modality:
    images = np.random.default_rng(0).integers(256, size=(40, 1, 4, 4)).astype(np.uint8)
    images[:, 0, 3, 2] = ROW_LABELS
    return changed(shape=(1, 4, 4), read=lambda rows: images[rows])


@caught("statistics-are-not-of-all-rows", "the test part's statistics")
def standardised_over_all_rows() -> Modality:
    values = (VALUES - VALUES.mean(0)) / VALUES.std(0)
    return changed(read=lambda rows: values[rows])

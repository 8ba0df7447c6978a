"""The loader ``uci-har``: 10,299 windows of a phone's motion while 30 persons do six things.

D. Anguita et al., A public domain dataset for human activity recognition using smartphones, ESANN
2013.
"""

from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from albench.api import Complaint, DataError, Modality, fingerprint
from albench.loaders.public.folders import folder_with

VIEWS = {"accelerometer": "total_acc", "gyroscope": "body_gyro", "body": "body_acc"}
"""What the files of a view are called, before the axis."""

PARTS = ("train", "test")
AXES = ("x", "y", "z")
ACTIVITIES = "activity_labels.txt"

NOTE = (
    "UCI HAR: windows of 2.56 s of a phone at the waist. Each window is a subject; windows of one "
    'person, and windows that overlap by half, are kept together by group = "person".'
)


def load(*, path: Path, view: str = "accelerometer") -> Modality:
    """Return the windows of one sensor, of the training part first.

    Parameters
    ----------
    path : Path
        A folder with train, test and activity_labels.txt, at any depth: ``UCI HAR Dataset``.
    view : str
        A name in `VIEWS`: total acceleration, angular velocity, or acceleration without gravity.

    Returns
    -------
    Modality
        Vectors of float32, axes x, y and z one behind the other, 128 values each, in g or radians
        per second. Subjects are called by part and number (``"train-00001"``); facts are
        ``person`` and ``split``.

    Raises
    ------
    DataError
        With the files that are missing, hold no numbers or differ in their number of rows.
    """
    home = folder_with(Path(path), (*PARTS, ACTIVITIES))
    names = _activities(home / ACTIVITIES)
    values = np.concatenate([_signals(home / part, part, view) for part in PARTS])
    codes = {part: _codes(home / part / f"y_{part}.txt") for part in PARTS}
    persons = [person for part in PARTS for person in _codes(home / part / f"subject_{part}.txt")]
    subjects = [f"{part}-{n:05d}" for part in PARTS for n in range(1, len(codes[part]) + 1)]
    _require_equal(home, len(values), len(subjects), len(persons))
    _require_named(home, codes, names)
    labels = [names[code] for part in PARTS for code in codes[part]]
    return Modality(
        subjects=np.array(subjects),
        shape=values.shape[1:],
        read=partial(np.take, values, axis=0),
        fingerprint=fingerprint(
            "uci-har", "\n".join(subjects), values, "\n".join(labels), "\n".join(persons)
        ),
        labels=dict(zip(subjects, labels, strict=True)),
        facts={
            "person": dict(zip(subjects, persons, strict=True)),
            "split": {subject: subject.partition("-")[0] for subject in subjects},
        },
        note=NOTE,
    )


def _activities(file: Path) -> dict[str, str]:
    """Return the name of each code: lines such as ``1 WALKING``."""
    pairs = [
        line.split(maxsplit=1) for line in file.read_text("utf-8-sig").split("\n") if line.strip()
    ]
    if not pairs or any(len(pair) != 2 for pair in pairs):
        raise DataError([Complaint(str(file), "holds no lines of a number and an activity")])
    return {code: name.strip() for code, name in pairs}


def _signals(folder: Path, part: str, view: str) -> NDArray[np.float32]:
    """Return ``(n, 3 * steps)`` of one part."""
    files = [folder / "Inertial Signals" / f"{VIEWS[view]}_{axis}_{part}.txt" for axis in AXES]
    axes = [_numbers(file) for file in files]
    sizes = {values.shape for values in axes}
    if len(sizes) > 1:
        problem = f"the files of its axes differ in size: {', '.join(map(str, sorted(sizes)))}"
        raise DataError([Complaint(str(files[0]), problem)])
    return np.concatenate(axes, axis=1)


def _codes(file: Path) -> list[str]:
    """Return the whole number of each line, as text."""
    return [f"{code:.0f}" for code in _numbers(file)[:, 0]]


def _numbers(file: Path) -> NDArray[np.float32]:
    try:
        values = np.loadtxt(file, dtype=np.float32, ndmin=2, encoding="utf-8-sig")
    except OSError as error:
        raise DataError([Complaint(str(file), f"cannot be read: {error.strerror}")]) from error
    except ValueError as error:
        raise DataError([Complaint(str(file), f"is no table of numbers: {error}")]) from error
    if not values.size or not np.isfinite(values).all():
        raise DataError([Complaint(str(file), "is empty, or holds values that are not finite")])
    return values


def _require_equal(home: Path, *counts: int) -> None:
    if len(set(counts)) > 1:
        listed = "{} windows, {} activities and {} persons".format(*counts)
        raise DataError([Complaint(str(home), f"holds {listed}: fetch it again")])


def _require_named(home: Path, codes: dict[str, list[str]], names: dict[str, str]) -> None:
    unknown = sorted({code for part in codes.values() for code in part} - names.keys())
    if unknown:
        problem = f"has no activity {unknown[0]}; it names {', '.join(names)}"
        raise DataError([Complaint(str(home / ACTIVITIES), problem)])

"""The loader ``cifar-10``: 60,000 pictures of ten kinds of things, of 32 x 32 pixels.

A. Krizhevsky, Learning multiple layers of features from tiny images, University of Toronto, 2009.
Its binary version is read: the Python version is pickles, which can run code.
"""

from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from albench.api import Complaint, DataError, Modality, fingerprint
from albench.loaders.public.folders import folder_with

NAMES = "batches.meta.txt"
BATCHES = {
    "train": tuple(f"data_batch_{number}.bin" for number in range(1, 6)),
    "test": ("test_batch.bin",),
}
SHAPE = (3, 32, 32)
RECORD = 1 + 3 * 32 * 32
"""Bytes: the number of the class, then the red, green and blue pixels, row by row."""

NOTE = "CIFAR-10. Each picture is a subject of its own; near duplicates are known among them."


def load(*, path: Path, split: str = "all") -> Modality:
    """Return the pictures, of the training batches first.

    Parameters
    ----------
    path : Path
        A folder with the batches of the binary version, at any depth: ``cifar-10-batches-bin``.
    split : str
        ``"train"`` or ``"test"`` of the set's own, or ``"all"``.

    Returns
    -------
    Modality
        RGB; labels are the set's names of classes; subjects are called by split and number
        (``"train-00001"``), and ``split`` is a fact.

    Raises
    ------
    DataError
        If files are missing, cut off, or of other classes.
    """
    chosen = tuple(BATCHES) if split == "all" else (split,)
    home = folder_with(Path(path), (NAMES, *(file for name in chosen for file in BATCHES[name])))
    names = [
        line.strip() for line in (home / NAMES).read_text("utf-8-sig").split("\n") if line.strip()
    ]
    parts = {name: [_records(home / file, len(names)) for file in BATCHES[name]] for name in chosen}
    records = np.concatenate([batch for batches in parts.values() for batch in batches])
    subjects = [
        f"{name}-{number:05d}"
        for name, batches in parts.items()
        for number in range(1, 1 + sum(map(len, batches)))
    ]
    samples = records[:, 1:].reshape(-1, *SHAPE)
    labels = dict(zip(subjects, (names[number] for number in records[:, 0]), strict=True))
    return Modality(
        subjects=np.array(subjects),
        shape=SHAPE,
        read=partial(np.take, samples, axis=0),
        fingerprint=fingerprint("cifar-10", "\n".join(subjects), records, "\n".join(names)),
        labels=labels,
        facts={"split": {subject: subject.partition("-")[0] for subject in subjects}},
        note=NOTE,
    )


def _records(file: Path, n_classes: int) -> NDArray[np.uint8]:
    """Return ``(n, RECORD)``."""
    content = np.fromfile(file, dtype=np.uint8)
    if not len(content) or len(content) % RECORD:
        problem = (
            f"has {len(content)} bytes, no whole number of records of {RECORD}: fetch it again"
        )
        raise DataError([Complaint(str(file), problem)])
    records = content.reshape(-1, RECORD)
    if (records[:, 0] >= n_classes).any():
        problem = f"holds class {records[:, 0].max()}, but {NAMES} names {n_classes}, from 0"
        raise DataError([Complaint(str(file), problem)])
    return records

"""The loader ``medmnist``: a MedMNIST file of small medical images.

J. Yang et al., MedMNIST v2: a large-scale lightweight benchmark for 2D and 3D biomedical image
classification, Scientific Data 10, 2023.
"""

import zipfile
import zlib
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.lib.npyio import NpzFile
from numpy.typing import NDArray

from albench.api import Complaint, DataError, Modality, fingerprint
from albench.loaders.glance import Glance, warnings_about

SPLITS = ("train", "val", "test")

NOTE = (
    "MedMNIST file {}. It names no patients: each image stands as a subject, images of one patient "
    "may be in training and test; albench makes its own splits, unless the specification takes "
    "the file's by its column 'split'."
)


def load(*, path: Path, split: str = "all") -> Modality:
    """Return the images of a two-dimensional set with one label an image.

    Parameters
    ----------
    path : Path
        The file, such as ``breastmnist.npz`` or ``breastmnist_64.npz``.
    split : str
        ``"train"``, ``"val"`` or ``"test"`` of the set's own, or ``"all"`` of them.

    Returns
    -------
    Modality
        Grey or RGB, in the file's size; whole-number labels; subjects are called by split and
        number (``"train-00001"``), without ids of the set's own, as its note says.

    Raises
    ------
    DataError
        If the file cannot be read, lacks an array or is of another kind of MedMNIST set.
    """
    path = Path(path)
    chosen = SPLITS if split == "all" else (split,)
    arrays = _arrays(path, [f"{name}_{kind}" for name in chosen for kind in ("images", "labels")])
    complaints = [part for name in chosen for part in _about(path, name, arrays)]
    if complaints:
        raise DataError(complaints)
    images = np.concatenate([arrays[f"{name}_images"] for name in chosen])
    classes = np.concatenate([arrays[f"{name}_labels"] for name in chosen])[:, 0].astype(np.int64)
    samples = np.moveaxis(images if images.ndim == 4 else images[..., np.newaxis], 3, 1)
    subjects = np.array(
        [f"{name}-{n:05d}" for name in chosen for n in range(1, 1 + len(arrays[f"{name}_images"]))]
    )
    return Modality(
        subjects=subjects,
        shape=samples.shape[1:],
        read=partial(np.take, samples, axis=0),
        fingerprint=fingerprint("medmnist", subjects, samples, classes),
        labels=dict(zip(subjects.tolist(), classes.tolist(), strict=True)),
        facts={"split": {name: name.partition("-")[0] for name in subjects.tolist()}},
        note=NOTE.format(path.name),
        warnings=warnings_about(_glances(images), subjects.tolist()),
    )


def _glances(images: NDArray[np.uint8]) -> list[Glance]:
    pixels = images.reshape(len(images), -1, *images.shape[3:])
    blank = (np.ptp(pixels, axis=1) == 0).reshape(len(images), -1).all(axis=1)
    return [Glance(is_blank=is_blank) for is_blank in blank.tolist()]


def _arrays(path: Path, names: list[str]) -> dict[str, NDArray[Any]]:
    try:
        with path.open("rb") as stream, _archive(stream) as file:
            missing = [name for name in names if name not in file]
            arrays = {name: file[name] for name in names if name in file}
            present = ", ".join(file.files)
    except OSError as error:
        raise DataError([Complaint(str(path), f"cannot be read: {error.strerror}")]) from error
    except (ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise DataError([Complaint(str(path), f"is not a MedMNIST file: {error}")]) from error
    if missing:
        problem = "has no array {!r}; found are {}"
        raise DataError([Complaint(str(path), problem.format(name, present)) for name in missing])
    return arrays


def _archive(stream: BinaryIO) -> NpzFile:
    archive = np.load(stream, allow_pickle=False)
    if not isinstance(archive, NpzFile):
        raise ValueError("it holds a bare array")  # noqa: TRY004  # of the file, not of an argument
    return archive


def _about(path: Path, split: str, arrays: Mapping[str, NDArray[Any]]) -> list[Complaint]:
    images, labels = arrays[f"{split}_images"], arrays[f"{split}_labels"]
    complaints = []
    if images.dtype != np.uint8 or images.shape[3:] not in ((), (3,)) or images.ndim < 3:
        actual = f"is {images.dtype} of {images.shape}"
        problem = f"{actual}, allowed are uint8 images (n, side, side) or (n, side, side, 3)"
        complaints.append(Complaint(f"{path}, {split}_images", problem))
    if labels.shape != (len(images), 1):
        problem = f"is of shape {labels.shape}, allowed is one label an image: {(len(images), 1)}"
        complaints.append(Complaint(f"{path}, {split}_labels", problem))
    elif labels.dtype.kind not in "iuf" or (labels.astype(np.float64) % 1 != 0).any():
        # The remainder of NaN and of what is infinite is NaN, which differs from 0 too.
        problem = f"holds {labels.dtype} that are not whole numbers, but labels are classes"
        complaints.append(Complaint(f"{path}, {split}_labels", problem))
    return complaints

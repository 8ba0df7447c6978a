"""The loader ``series``: real recordings of sensors, of equal length, as aeon ships them.

M. Middlehurst et al., aeon: a Python toolkit for learning from time series, JMLR 25, 2024.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from albench.api import Complaint, DataError, Modality, fingerprint
from albench_packaged.package_files import folder_of, text_of

INSTALL = "--no-deps aeon==1.6.0"


@dataclass(frozen=True)
class Source:
    """One set of series.

    Parameters
    ----------
    stem : str
        What its files in aeon are called, before ``_TRAIN.ts``; their folder is its first part.
    what : str
        A sentence for the report.
    """

    stem: str
    what: str


SOURCES = {
    "japanese-vowels": Source(
        "JapaneseVowels_eq", "Real speech: nine men say two vowels, 12 cepstral channels."
    ),
    "basic-motions": Source(
        "BasicMotions",
        "Real motion: accelerometer (channels 0 to 2) and gyroscope (3 to 5) of a smart watch.",
    ),
    "italy-power": Source("ItalyPowerDemand", "Real daily electrical power demand of Italy."),
    "appliances": Source("ACSF1", "Real power consumption of ten kinds of home appliances."),
    "leaves": Source("OSULeaf", "Real outlines of leaves of six trees."),
    "gun-point": Source("GunPoint", "Real motion of a hand that draws a gun, or points."),
}


def load(*, dataset: str, channels: Sequence[int] | None = None) -> Modality:
    """Return some channels of a set of series; a row is a series, and a subject.

    Parameters
    ----------
    dataset : str
        A name in `SOURCES`.
    channels : sequence of int or None
        From 0; None takes all.

    Returns
    -------
    Modality
        Vectors of float32, one channel behind the other, of the training file and then of the test
        file.

    Raises
    ------
    DataError
        If aeon is not installed, or has no such channel.
    """
    source = SOURCES[dataset]
    data = folder_of("aeon", INSTALL) / "datasets" / "data"
    values, labels = _read(data / source.stem.partition("_")[0] / source.stem)
    chosen = list(range(values.shape[1])) if channels is None else list(channels)
    odd = [channel for channel in chosen if channel not in range(values.shape[1])]
    if odd or not chosen or len(set(chosen)) < len(chosen):
        raise DataError(
            f"{dataset} has the channels 0 to {values.shape[1] - 1}, each to be named once; found "
            f"{chosen}"
        )
    samples = values[:, chosen].reshape(len(values), -1)
    subjects = np.array([f"{number:04d}" for number in range(1, len(samples) + 1)])
    return Modality(
        subjects=subjects,
        shape=samples.shape[1:],
        read=partial(np.take, samples, axis=0),
        fingerprint=fingerprint("series", dataset, samples, labels),
        labels=dict(zip(subjects.tolist(), labels.tolist(), strict=True)),
        note=f"{source.what} Each series is a subject of its own: the files name no persons.",
    )


@cache
def _read(stem: Path) -> tuple[NDArray[np.float32], NDArray[np.str_]]:
    """Return ``(n, channels, steps)`` and labels, of the training and then of the test file."""
    parts = [_parsed(stem.with_name(f"{stem.name}_{part}.ts")) for part in ("TRAIN", "TEST")]
    labels = np.array([label for _, part in parts for label in part])
    return np.concatenate([values for values, _ in parts]), labels


def _parsed(file: Path) -> tuple[NDArray[np.float32], list[str]]:
    _, _, data = text_of(file, INSTALL).partition("@data")
    rows = [line.strip().split(":") for line in data.splitlines() if line.strip()]
    try:
        series = [[channel.split(",") for channel in row[:-1]] for row in rows]
        values = np.array(series, dtype=np.float32)  # (n, channels, steps)
    except ValueError as error:
        raise DataError(
            [Complaint(str(file), f"holds no series of equal length: {error}")]
        ) from error
    if values.ndim != 3 or not np.isfinite(values).all():
        raise DataError([Complaint(str(file), "holds no series, or values that are not finite")])
    return values, [row[-1].strip() for row in rows]

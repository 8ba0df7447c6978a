"""The loader of the simulated cohort: options in, a modality out, images made when read."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from albench.api import Complaint, DataError, Modality, fingerprint
from albench.loaders.liver.descriptors import DESCRIPTORS, VERSION
from albench.loaders.liver.failed_scans import Quality
from albench.loaders.liver.roster import Patient, paper_roster, protocol_roster
from albench.loaders.liver.scan import Image, Settings, quality_of, scan

NOTE = (
    "simulated liver ultrasound: no patient was examined; numbers of patients and images follow "
    "Gao et al. (arXiv 2011.00694), images a model described in docs/liver.md"
)

ROWS_A_THREAD = 16
"""A thread more is started for every so many images."""


def load(  # noqa: PLR0913 # one argument an option
    *,
    modality: str,
    size: int = 224,
    seed: int = 0,
    subjects: int | None = None,
    images: int | None = None,
    complete: bool = False,
    failed: float = 0.023,
    unreliable: float = 0.075,
) -> Modality:
    """Return one modality of the simulated cohort.

    Parameters
    ----------
    modality : str
        ``LSTE`` (colour elastogram of the liver), ``LUS`` (B-mode), ``LSTQ`` (B-mode with the box
        of a point measurement) or ``SSTE`` (colour elastogram of the spleen).
    size : int
        Pixels a side, 32 to 224.
    seed : int
        Decides patients and images; who has how many images stays the same.
    subjects : int or None
        A cohort of so many patients with all four modalities; None is the paper's, with 214
        candidates of whom 168 have all four.
    images : int or None
        At most so many images a patient; None is as many as the paper has.
    complete : bool
        Whether to leave out patients who lack one of the four modalities.
    failed : float
        Share of images that failed.
    unreliable : float
        Share of images that are unreliable.

    Returns
    -------
    Modality
        Labels F0 to F4, marks ``failed`` and ``unreliable``.

    Raises
    ------
    DataError
        If an option is out of range.
    """
    given = {
        "modality": modality,
        "size": size,
        "seed": seed,
        "subjects": subjects,
        "images": images,
        "complete": complete,
        "failed": failed,
        "unreliable": unreliable,
    }
    if complaints := _complaints(given):
        raise DataError(complaints)
    settings = Settings(modality, size, seed, float(failed), float(unreliable))
    decisive = repr((settings, subjects, images, complete))
    patients = paper_roster() if subjects is None else protocol_roster(subjects)
    rows = _rows(patients, modality, images, complete)
    how = [quality_of(settings, patient, number) for patient, number in rows]
    return Modality(
        subjects=np.array([patient.name for patient, _ in rows]),
        shape=(3, size, size),
        read=Reader(settings, tuple(rows)),
        fingerprint=fingerprint("liver", str(VERSION), decisive),
        labels={patient.name: f"F{patient.stage}" for patient, _ in rows},
        marks={
            "failed": np.array([quality is Quality.FAILED for quality in how]),
            "unreliable": np.array([quality is Quality.UNRELIABLE for quality in how]),
        },
        note=NOTE,
    )


@dataclass(frozen=True)
class Reader:
    """Makes images when they are asked for; it can be sent to other processes.

    Parameters
    ----------
    settings : Settings
        The modality.
    rows : tuple of (Patient, int)
        Patient and image number of each row.
    """

    settings: Settings
    rows: tuple[tuple[Patient, int], ...]

    def __call__(self, rows: NDArray[np.intp]) -> Image:
        """Return the images of some rows.

        Parameters
        ----------
        rows : ndarray of int, shape (k,)
            Row numbers.

        Returns
        -------
        ndarray of uint8, shape (k, 3, size, size)
            The same whatever else is asked for. Many rows are made in threads: the work is done
            by NumPy and SciPy outside the interpreter's lock, and threads, unlike processes, may
            be started in a worker of any kind.
        """
        size = self.settings.size
        result = np.empty((len(rows), 3, size, size), np.uint8)

        def make(place: int) -> None:
            result[place] = scan(self.settings, *self.rows[rows[place]])

        n_threads = min(_n_cpus(), 1 + len(rows) // ROWS_A_THREAD)
        if n_threads == 1:
            for place in range(len(rows)):
                make(place)
        else:
            with ThreadPoolExecutor(n_threads) as threads:
                list(threads.map(make, range(len(rows))))
        return result


def _rows(
    patients: Sequence[Patient], modality: str, images: int | None, complete: bool
) -> list[tuple[Patient, int]]:
    return [
        (patient, number)
        for patient in patients
        if not complete or all(patient.images.values())
        for number in range(min(patient.images[modality], images or patient.images[modality]))
    ]


def _complaints(given: dict[str, object]) -> list[Complaint]:
    return [
        Complaint(f"liver, option {option.name}", problem)
        for option in DESCRIPTORS[0].options
        if (problem := option.complaint_about(given[option.name]))
    ]


def _n_cpus() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

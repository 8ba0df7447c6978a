"""What a child receives: a repetition without the labels of its pool and its test part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from albench.cohort.acquisitions import Acquisitions
    from albench.cohort.budget import Schedule
    from albench.cohort.stored_array import StoredArray
    from albench.execute.prepare import Prepared
    from albench.execute.repetition import Repetition
    from albench.planning import Cell
    from albench.registry import Component


@dataclass(frozen=True, eq=False, kw_only=True)
class Unlabelled:
    """A repetition as a child knows it: who is where, and no label of anybody.

    Parameters
    ----------
    modalities : tuple of str
        The columns of the candidates.
    n_classes : int
        How many classes there are.
    candidates : ndarray of int, shape (n_candidates, n_modalities)
        Sample numbers, of training and test part.
    candidate_subjects : ndarray of int, shape (n_candidates,)
        The subject's number of each candidate.
    train, test, validation : ndarray of int
        The candidates' numbers of each part.
    schedule : Schedule
        The rounds.
    acquisitions : Acquisitions or None
        What can be measured, where modalities are bought one by one.
    """

    modalities: tuple[str, ...]
    n_classes: int
    candidates: NDArray[np.intp]
    candidate_subjects: NDArray[np.intp]
    train: NDArray[np.intp]
    test: NDArray[np.intp]
    validation: NDArray[np.intp]
    schedule: Schedule
    acquisitions: Acquisitions | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class CellTask:
    """All that a child needs to run a cell, or to go on with it.

    Parameters
    ----------
    cell : Cell
        What to run.
    data : Unlabelled
        Its repetition.
    model : Component
        The model's plugin.
    shapes : mapping of str to tuple of int
        Of one sample of each modality.
    arrays : mapping of str to StoredArray
        The file of each modality, all rows.
    gaps : tuple of str
        The modalities with values that are missing.
    labelled : ndarray of int
        The labelled candidates' numbers in the order of their purchase.
    labels : ndarray of int
        Their class numbers; -1 where every annotator abstained.
    validation_labels : ndarray of int
        The class numbers of `data.validation`, which nobody can buy and nothing is scored on.
    acquired : ndarray of int
        The codes of the modalities that have been bought, see `albench.cohort.acquisitions`.
    strategy : Component or None
        The strategy's plugin; None for the reference and for round 0.
    n_rounds : int
        How many rounds are done.
    state : bytes
        The network as the last of them left it; empty if none is done.
    pool_labels : ndarray of int or None
        The class numbers of `data.train`, for a strategy whose descriptor says that it is an
        oracle; None for all others.
    """

    cell: Cell
    data: Unlabelled
    model: Component
    shapes: Mapping[str, tuple[int, ...]]
    arrays: Mapping[str, StoredArray]
    gaps: tuple[str, ...]
    labelled: NDArray[np.intp]
    labels: NDArray[np.intp]
    validation_labels: NDArray[np.intp]
    acquired: NDArray[np.intp]
    strategy: Component | None = None
    n_rounds: int = 0
    state: bytes = b""
    pool_labels: NDArray[np.intp] | None = None


def task_for(
    cell: Cell, prepared: Prepared, repetition: Repetition, labelled: NDArray[np.intp]
) -> CellTask:
    """Return what a child receives that trains once on a labelled set.

    Parameters
    ----------
    cell : Cell
        What to run.
    prepared : Prepared
        Its block's data on disk.
    repetition : Repetition
        Who holds the labels.
    labelled : ndarray of int
        The labelled candidates' numbers; only their labels are sent.

    Returns
    -------
    CellTask
        Of the reference, or of round 0.
    """
    return CellTask(
        cell=cell,
        data=repetition.unlabelled(),
        model=prepared.component,
        shapes=prepared.shapes,
        arrays=prepared.arrays,
        gaps=prepared.gaps,
        labelled=labelled,
        labels=repetition.labels_of(labelled),
        validation_labels=repetition.labels_of(repetition.validation),
        acquired=repetition.measured_with(labelled),
    )

"""Opening a cell in a child: the network, and the samples of training and test part apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from albench.api import AVAILABLE
from albench.cohort.absence import ABSENT
from albench.execute.active_cell import ActiveCell
from albench.execute.held_out import HeldOut
from albench.learn.absent_samples import mean_sample, with_absent
from albench.learn.estimator import FusionClassifier
from albench.learn.gaps import fill_gaps
from albench.learn.store import SampleStore, Scaling

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from albench.execute.task import CellTask, Unlabelled


def open_cell(task: CellTask) -> ActiveCell:
    """Return a cell that is ready to be taught.

    Parameters
    ----------
    task : CellTask
        What the child was told.

    Returns
    -------
    ActiveCell
        Untrained.
    """
    cell, component, data = task.cell, task.model, task.data
    train_store, test_store = _stores(task)
    classifier = FusionClassifier(
        model=component.load()(**component.arguments(cell.model.options)),
        shapes=_shapes(task),
        n_classes=data.n_classes,
        store=train_store,
        training=cell.model.training,
    )
    held_out = HeldOut(
        store=test_store,
        candidates=data.candidates[data.test],
        subjects=data.candidate_subjects[data.test],
        evaluate=cell.evaluate,
    )
    return ActiveCell(cell, data, classifier, held_out)


def _shapes(task: CellTask) -> dict[str, tuple[int, ...]]:
    if not _is_incomplete(task.data):
        return dict(task.shapes)
    return {**task.shapes, AVAILABLE: (len(task.data.modalities),)}


def _is_incomplete(data: Unlabelled) -> bool:
    return bool((data.candidates == ABSENT).any())


def _stores(task: CellTask) -> tuple[SampleStore, SampleStore]:
    data = task.data
    arrays = {key: stored.open() for key, stored in task.arrays.items()}
    train_part = _part(arrays, data.candidates[data.train])
    test_part = _part(arrays, data.candidates[data.test])
    for key in task.gaps:
        fill_gaps(train_part[key][1], test_part[key][1])
    scalings = {}
    if task.cell.model.standardise:
        scalings = {key: Scaling.of(v) for key, (_, v) in train_part.items() if v.ndim == 2}
    is_incomplete = _is_incomplete(data)
    means = {k: mean_sample(v) for k, (_, v) in train_part.items() if is_incomplete}
    return (
        _store(data, data.train, train_part, means, scalings),
        _store(data, data.test, test_part, means, scalings),
    )


def _store(
    data: Unlabelled,
    candidates: NDArray[np.intp],
    part: Mapping[str, tuple[NDArray[np.intp], NDArray[Any]]],
    means: Mapping[str, NDArray[Any]],
    scalings: Mapping[str, Scaling],
) -> SampleStore:
    columns = data.candidates[candidates].T
    parts = {
        key: with_absent(*part[key], means[key]) if (column == ABSENT).any() else part[key]
        for key, column in zip(part, columns, strict=True)
    }
    owners = {key: _owners(data, candidates, number) for number, key in enumerate(part)}
    first = next(iter(part))
    return SampleStore(
        parts,
        subjects=owners.pop(first),
        scalings=scalings,
        others=owners,
        is_incomplete=_is_incomplete(data),
    )


def _owners(data: Unlabelled, candidates: NDArray[np.intp], column: int) -> NDArray[np.intp]:
    """Return the subject of each sample of a modality, in ascending order of samples."""
    samples, first = np.unique(data.candidates[candidates, column], return_index=True)
    return np.where(samples == ABSENT, ABSENT, data.candidate_subjects[candidates[first]])


def _part(
    arrays: Mapping[str, NDArray[Any]], candidates: NDArray[np.intp]
) -> dict[str, tuple[NDArray[np.intp], NDArray[Any]]]:
    """Return each modality's sample numbers and a copy of just their values."""
    part = {}
    for column, (key, array) in enumerate(arrays.items()):
        rows = np.unique(candidates[:, column])
        rows = rows[rows != ABSENT]
        part[key] = (rows, np.asarray(array[rows]))
    return part

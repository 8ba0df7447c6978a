"""Opening a cell in a child: the network, and the samples of training and test part apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from albench.execute.active_cell import ActiveCell
from albench.execute.held_out import HeldOut
from albench.learn.estimator import FusionClassifier
from albench.learn.gaps import fill_gaps
from albench.learn.lesson import Examples
from albench.learn.mapped_rows import MappedRows, is_mapped_large
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
    validation = None
    if len(data.validation):
        validation = Examples(data.candidates[data.validation], task.validation_labels)
    classifier = FusionClassifier(
        model=component.load()(**component.arguments(cell.model.options)),
        shapes=dict(task.shapes),
        n_classes=data.n_classes,
        store=train_store,
        training=cell.model.training,
        validation=validation,
    )
    held_out = HeldOut(
        store=test_store,
        candidates=data.candidates[data.test],
        subjects=data.candidate_subjects[data.test],
        evaluate=cell.evaluate,
    )
    return ActiveCell(cell, data, classifier, held_out)


def _stores(task: CellTask) -> tuple[SampleStore, SampleStore]:
    data = task.data
    arrays = {key: stored.open() for key, stored in task.arrays.items()}
    train_part = _part(task, arrays, data.train)
    test_part = _part(task, arrays, data.test)
    taught, taught_part = data.train, train_part
    if len(data.validation):
        taught = np.concatenate([data.train, data.validation])
        taught_part = _part(task, arrays, taught)
    for key in task.gaps:
        fill_gaps(*(np.asarray(part[key][1]) for part in (train_part, test_part, taught_part)))
    scalings = {}
    if task.cell.model.standardise:
        scalings = {key: Scaling.of(v) for key, (_, v) in train_part.items() if v.ndim == 2}
    return (
        SampleStore(taught_part, subjects=_owners(data, taught), scalings=scalings),
        SampleStore(test_part, subjects=_owners(data, data.test), scalings=scalings),
    )


def _owners(data: Unlabelled, candidates: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the subject of each sample of the first modality, in ascending order of samples."""
    _, first = np.unique(data.candidates[candidates, 0], return_index=True)
    return data.candidate_subjects[candidates[first]]


def _part(
    task: CellTask, arrays: Mapping[str, NDArray[Any]], candidates: NDArray[np.intp]
) -> dict[str, tuple[NDArray[np.intp], NDArray[Any] | MappedRows]]:
    """Return each modality's sample numbers, and just their values: a copy unless it is large."""
    part: dict[str, tuple[NDArray[np.intp], NDArray[Any] | MappedRows]] = {}
    for column, (key, array) in enumerate(arrays.items()):
        rows = np.unique(task.data.candidates[candidates, column])
        if is_mapped_large(array) and key not in task.gaps:
            part[key] = (rows, MappedRows(array, rows))
        else:
            part[key] = (rows, np.asarray(array[rows]))
    return part

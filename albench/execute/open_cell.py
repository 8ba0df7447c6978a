"""Opening a cell in a child: the network, and the samples of training and test part apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from albench.execute.active_cell import ActiveCell
from albench.execute.held_out import HeldOut
from albench.learn.estimator import FusionClassifier
from albench.learn.gaps import fill_gaps
from albench.learn.store import SampleStore, Scaling

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from albench.api import FusionModel
    from albench.execute.task import CellTask, Unlabelled
    from albench.learn.lockstep import Lockstep


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
    return CellOpener().open(task)


class CellOpener:
    """Opens cells of one block; those of one repetition share its samples, of which one copy is.

    Parameters
    ----------
    lockstep : Lockstep or None
        Trains their committees; None trains each with one of its own.
    """

    def __init__(self, lockstep: Lockstep | None = None) -> None:
        self._lockstep = lockstep
        self._stores: dict[int, tuple[SampleStore, SampleStore]] = {}
        self._model: FusionModel | None = None

    def open(self, task: CellTask) -> ActiveCell:
        """Return a cell that is ready to be taught.

        Parameters
        ----------
        task : CellTask
            Of the same block as those before.

        Returns
        -------
        ActiveCell
            Untrained.
        """
        cell, component, data = task.cell, task.model, task.data
        if cell.repetition not in self._stores:
            self._stores[cell.repetition] = _stores(task)
        train_store, test_store = self._stores[cell.repetition]
        if self._model is None:
            self._model = component.load()(**component.arguments(cell.model.options))
        classifier = FusionClassifier(
            model=self._model,
            shapes=dict(task.shapes),
            n_classes=data.n_classes,
            store=train_store,
            training=cell.model.training,
        )
        classifier.lockstep = self._lockstep
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
    train_part = _part(arrays, data.candidates[data.train])
    test_part = _part(arrays, data.candidates[data.test])
    for key in task.gaps:
        fill_gaps(train_part[key][1], test_part[key][1])
    scalings = {}
    if task.cell.model.standardise:
        scalings = {key: Scaling.of(v) for key, (_, v) in train_part.items() if v.ndim == 2}
    return (
        SampleStore(train_part, subjects=_owners(data, data.train), scalings=scalings),
        SampleStore(test_part, subjects=_owners(data, data.test), scalings=scalings),
    )


def _owners(data: Unlabelled, candidates: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the subject of each sample of the first modality, in ascending order of samples."""
    _, first = np.unique(data.candidates[candidates, 0], return_index=True)
    return data.candidate_subjects[candidates[first]]


def _part(
    arrays: Mapping[str, NDArray[Any]], candidates: NDArray[np.intp]
) -> dict[str, tuple[NDArray[np.intp], NDArray[Any]]]:
    """Return each modality's sample numbers and a copy of just their values."""
    part = {}
    for column, (key, array) in enumerate(arrays.items()):
        rows = np.unique(candidates[:, column])
        part[key] = (rows, np.asarray(array[rows]))
    return part

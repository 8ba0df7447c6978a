"""Opening a cell in a child: the network, and the samples of training and test part apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from albench.api import AVAILABLE
from albench.api.needs import COMMITTEE_PROBA
from albench.cohort.absence import ABSENT
from albench.execute.active_cell import ActiveCell
from albench.execute.held_out import HeldOut
from albench.learn.absent_samples import mean_sample, with_absent
from albench.learn.committee_networks import CommitteesAhead
from albench.learn.estimator import FusionClassifier
from albench.learn.gaps import fill_gaps
from albench.learn.lesson import Examples
from albench.learn.mapped_rows import MappedRows, is_mapped_large
from albench.learn.store import SampleStore, Scaling

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from albench.api import FusionModel
    from albench.execute.task import CellTask, Unlabelled
    from albench.learn.lockstep import Lockstep


def open_cell(task: CellTask) -> ActiveCell:
    """Return an untrained cell that is ready to be taught."""
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
        self._stores: dict[tuple[int, bool], tuple[SampleStore, SampleStore]] = {}
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
        key = cell.repetition, data.acquisitions is not None
        if key not in self._stores:
            self._stores[key] = _stores(task)
        train_store, test_store = self._stores[key]
        if self._model is None:
            self._model = component.load()(**component.arguments(cell.model.options))
        classifier = FusionClassifier(
            model=self._model,
            shapes=_shapes(task),
            n_classes=data.n_classes,
            store=train_store,
            training=cell.model.training,
            validation=_validation(task),
        )
        if self._lockstep is not None:
            classifier.lockstep = self._lockstep
            classifier.committees = CommitteesAhead(_first_committee(task))
        held_out = HeldOut(
            store=test_store,
            candidates=data.candidates[data.test],
            subjects=data.candidate_subjects[data.test],
            evaluate=cell.evaluate,
        )
        return ActiveCell(cell, data, classifier, held_out)


def _first_committee(task: CellTask) -> int:
    """Return how many members the first query is likely to ask for: as many as its option says."""
    component, plan = task.strategy, task.cell.strategy
    if component is None or plan is None or COMMITTEE_PROBA not in component.descriptor.needs:
        return 0
    members = plan.options.get("members", 0)
    return members if isinstance(members, int) else 0


def _validation(task: CellTask) -> Examples | None:
    data = task.data
    if not len(data.validation):
        return None
    return Examples(data.candidates[data.validation], task.validation_labels)


def _shapes(task: CellTask) -> dict[str, tuple[int, ...]]:
    if not _is_incomplete(task.data):
        return dict(task.shapes)
    return {**task.shapes, AVAILABLE: (len(task.data.modalities),)}


def _is_incomplete(data: Unlabelled) -> bool:
    return data.acquisitions is not None or bool((data.candidates == ABSENT).any())


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
    is_incomplete = _is_incomplete(data)
    means = {
        key: mean_sample(values)
        for key, (_, values) in train_part.items()
        if is_incomplete and not isinstance(values, MappedRows)
    }
    return (
        _store(data, taught, taught_part, means, scalings),
        _store(data, data.test, test_part, means, scalings),
    )


def _store(
    data: Unlabelled,
    candidates: NDArray[np.intp],
    part: Mapping[str, tuple[NDArray[np.intp], NDArray[Any] | MappedRows]],
    means: Mapping[str, NDArray[Any]],
    scalings: Mapping[str, Scaling],
) -> SampleStore:
    columns = data.candidates[candidates].T
    parts = dict(part)
    for key, column in zip(part, columns, strict=True):
        rows, values = part[key]
        may_lack = data.acquisitions is not None or (column == ABSENT).any()
        if may_lack and not isinstance(values, MappedRows):
            parts[key] = with_absent(rows, values, means[key])
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
    owners = np.where(samples == ABSENT, ABSENT, data.candidate_subjects[candidates[first]])
    if data.acquisitions is not None and samples[0] != ABSENT:
        return np.concatenate([[ABSENT], owners])  # what nobody lacks may not be known yet
    return owners


def _part(
    task: CellTask, arrays: Mapping[str, NDArray[Any]], candidates: NDArray[np.intp]
) -> dict[str, tuple[NDArray[np.intp], NDArray[Any] | MappedRows]]:
    """Return each modality's sample numbers, and just their values: a copy unless it is large."""
    part: dict[str, tuple[NDArray[np.intp], NDArray[Any] | MappedRows]] = {}
    for column, (key, array) in enumerate(arrays.items()):
        samples = task.data.candidates[:, column]
        rows = np.unique(samples[candidates])
        rows = rows[rows != ABSENT]
        may_lack = task.data.acquisitions is not None or (samples == ABSENT).any()
        is_whole = key not in task.gaps and not may_lack
        if is_mapped_large(array) and is_whole:  # nothing is filled in
            part[key] = (rows, MappedRows(array, rows))
        else:
            part[key] = (rows, np.asarray(array[rows]))
    return part

"""A repetition opened in a child: samples, classifier, test set, and the labels bought so far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from sklearn.base import clone

from albench.api.modality import fingerprint
from albench.learn.batches import Batches
from albench.learn.estimator import FusionClassifier
from albench.learn.gaps import fill_gaps
from albench.learn.learner import Learner
from albench.learn.scoring import ClassifierSource
from albench.learn.store import SampleStore, Scaling
from albench.learn.training import Seeds, Training
from albench.seeds import Purpose, generator

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from albench.execute.task import CellTask, Unlabelled
    from albench.learn.batches import CandidateDataset
    from albench.plan import Cell


@dataclass(frozen=True, eq=False, kw_only=True)
class Block:
    """Everything a cell's rounds work on.

    Parameters
    ----------
    cell : Cell
        What is run.
    data : Unlabelled
        All candidates, training and test, without a label.
    learner : Learner
        modAL's learner over the classifier, which knows the samples of the training part only.
    test_store : SampleStore
        The samples of the test part.
    """

    cell: Cell
    data: Unlabelled
    learner: Learner
    test_store: SampleStore

    @property
    def classifier(self) -> FusionClassifier:
        """The classifier that the learner trains."""
        found: FusionClassifier = self.learner.estimator
        return found

    def train_on(self, labelled: NDArray[np.intp], labels: NDArray[np.intp], number: int) -> None:
        """Train the classifier on the labelled set of one round.

        Parameters
        ----------
        labelled : ndarray of int
            Candidates' numbers; their order does not matter.
        labels : ndarray of int
            Their class numbers.
        number : int
            The round, which keys batches and dropout masks.
        """
        self.classifier.seeds = self.seeds(number)
        self.learner.fit(*self._ordered(labelled, labels))

    def _ordered(
        self, labelled: NDArray[np.intp], labels: NDArray[np.intp]
    ) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        order = np.argsort(labelled)
        return self.data.candidates[labelled[order]], labels[order]

    def seeds(self, number: int) -> Seeds:
        """Return what decides a round's training.

        Parameters
        ----------
        number : int
            The round; it keys batches and dropout masks, not the initial weights.

        Returns
        -------
        Seeds
            The same for all strategies.
        """
        return Seeds(
            weights=self.cell.stream(Purpose.WEIGHTS),
            batches=self.cell.stream(Purpose.BATCHES, number),
            dropout=self.cell.stream(Purpose.DROPOUT, number),
        )

    def initial_weights_hash(self) -> str:
        """Return the hash of the repetition's weights before any training."""
        untrained = clone(self.classifier)
        untrained.seeds = self.seeds(0)
        return str(untrained.initialize().state_hash())[:12]

    def batch_order_hash(self, n_labelled: int) -> str:
        """Return the hash of the order in which round 0's first epoch takes the labelled set.

        Parameters
        ----------
        n_labelled : int
            The size of the labelled set.

        Returns
        -------
        str
            12 hexadecimal digits.
        """
        size = self.cell.model.training["batch_size"]
        positions = cast("CandidateDataset", _Positions(n_labelled))
        batches = Batches(positions, size, generator(self.seeds(0).batches))
        order = np.concatenate([np.asarray(batch) for batch in batches])
        return fingerprint(order.astype(np.int64))[:12]

    def go_on_from(
        self, labelled: NDArray[np.intp], labels: NDArray[np.intp], state: bytes
    ) -> None:
        """Take over a labelled set, and the weights that were trained on it elsewhere.

        Parameters
        ----------
        labelled : ndarray of int
            Candidates' numbers.
        labels : ndarray of int
            Their class numbers.
        state : bytes
            What the classifier's ``state`` gave there.
        """
        self.learner.adopt(*self._ordered(labelled, labels), state)

    def source(
        self, labelled: NDArray[np.intp], labels: NDArray[np.intp], number: int
    ) -> ClassifierSource:
        """Return what a strategy's view of the pool is computed from.

        Parameters
        ----------
        labelled : ndarray of int
            The labelled candidates' numbers.
        labels : ndarray of int
            Their class numbers.
        number : int
            The round that is about to be bought.

        Returns
        -------
        ClassifierSource
            Without a way to the test part or to hidden labels.
        """
        return ClassifierSource(
            classifier=self.classifier,
            labelled=self.data.candidates[labelled],
            labels=labels,
            dropout_seed=self.cell.stream(Purpose.DROPOUT, "query", number),
            committee_seed=self.cell.stream(Purpose.WEIGHTS, "committee", number),
        )

    def test_proba(self) -> NDArray[np.float32]:
        """Return the test probabilities ``(n_units, n_classes)`` of the classifier as it is."""
        proba = self.classifier.predict_proba_on(
            self.test_store, self.data.candidates[self.data.test]
        )
        if self.cell.evaluate == "candidate":
            return proba
        owners = self.data.candidate_subjects[self.data.test]
        names, positions, counts = np.unique(owners, return_inverse=True, return_counts=True)
        sums = np.zeros((len(names), proba.shape[1]))
        np.add.at(sums, positions, proba.astype(np.float64))
        means: NDArray[np.float32] = (sums / counts[:, None]).astype(np.float32)
        return means


def open_block(task: CellTask) -> Block:
    """Return a repetition, with the training and the test samples apart.

    Parameters
    ----------
    task : CellTask
        What the child was told.

    Returns
    -------
    Block
        Untrained.
    """
    cell, component = task.cell, task.model
    train_store, test_store = _stores(task)
    model = component.load()(**component.arguments(cell.model.options))
    classifier = FusionClassifier(
        model=model,
        shapes=dict(task.shapes),
        n_classes=task.data.n_classes,
        store=train_store,
        training=Training(**cell.model.training),
    )
    return Block(cell=cell, data=task.data, learner=Learner(classifier), test_store=test_store)


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


class _Positions:
    """A data set that answers with the positions it is asked for."""

    def __init__(self, n: int) -> None:
        self._n = n

    def __len__(self) -> int:
        return self._n

    def __getitems__(self, positions: NDArray[np.intp]) -> NDArray[np.intp]:
        return positions

"""A repetition of a block, opened in a child: its data, its split, its classifier, its test set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from sklearn.base import clone

from albench.api.modality import fingerprint
from albench.cohort import budget
from albench.cohort.marks import candidate_marks
from albench.cohort.noise import mislabelled
from albench.cohort.split import split
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

    from albench.cohort.budget import Schedule
    from albench.cohort.join import Cohort
    from albench.execute.prepare import Prepared
    from albench.learn.batches import CandidateDataset
    from albench.plan import Cell


@dataclass(frozen=True, eq=False, kw_only=True)
class Block:
    """Everything a cell's rounds work on.

    Parameters
    ----------
    cell : Cell
        What is run.
    cohort : Cohort
        All candidates, training and test, as they are labelled in this repetition.
    marks : mapping of str to ndarray of bool, shape (n_candidates,)
        What is known to be wrong with candidates, for the record.
    plan : Schedule
        The rounds.
    train, test : ndarray of int
        The candidates' numbers of either part.
    learner : Learner
        modAL's learner over the classifier, which knows the samples of the training part only.
    test_store : SampleStore
        The samples of the test part.
    """

    cell: Cell
    cohort: Cohort
    marks: Mapping[str, NDArray[np.bool_]]
    plan: Schedule
    train: NDArray[np.intp]
    test: NDArray[np.intp]
    learner: Learner
    test_store: SampleStore

    @property
    def classifier(self) -> FusionClassifier:
        """The classifier that the learner trains."""
        found: FusionClassifier = self.learner.estimator
        return found

    def train_on(self, labelled: NDArray[np.intp], number: int) -> None:
        """Train the classifier on the labelled set of one round.

        Parameters
        ----------
        labelled : ndarray of int
            Candidates' numbers; their order does not matter.
        number : int
            The round, which keys batches and dropout masks.
        """
        labelled = np.sort(labelled)
        self.classifier.seeds = self.seeds(number)
        X, y = self.cohort.candidates[labelled], self.cohort.candidate_labels[labelled]
        self.learner.fit(X, y)

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
        untrained = clone(self.classifier).initialize()
        return str(untrained.state_hash())[:12]

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

    def go_on_from(self, labelled: NDArray[np.intp], state: bytes) -> None:
        """Take over a labelled set, and the weights that were trained on it elsewhere.

        Parameters
        ----------
        labelled : ndarray of int
            Candidates' numbers.
        state : bytes
            What the classifier's ``state`` gave there.
        """
        labelled = np.sort(labelled)
        X, y = self.cohort.candidates[labelled], self.cohort.candidate_labels[labelled]
        self.learner.adopt(X, y, state)

    def source(self, labelled: NDArray[np.intp], number: int) -> ClassifierSource:
        """Return what a strategy's view of the pool is computed from.

        Parameters
        ----------
        labelled : ndarray of int
            The labelled candidates' numbers.
        number : int
            The round that is about to be bought.

        Returns
        -------
        ClassifierSource
            Without a way to the test part or to hidden labels.
        """
        return ClassifierSource(
            classifier=self.classifier,
            labelled=self.cohort.candidates[labelled],
            labels=self.cohort.candidate_labels[labelled],
            dropout_seed=self.cell.stream(Purpose.DROPOUT, "query", number),
            committee_seed=self.cell.stream(Purpose.WEIGHTS, "committee", number),
        )

    def test_proba(self) -> NDArray[np.float32]:
        """Return the test probabilities ``(n_units, n_classes)`` of the classifier as it is."""
        proba = self.classifier.predict_proba_on(self.test_store, self.cohort.candidates[self.test])
        if self.cell.evaluate == "candidate":
            return proba
        owners = self.cohort.candidate_subjects[self.test]
        names, positions, counts = np.unique(owners, return_inverse=True, return_counts=True)
        sums = np.zeros((len(names), proba.shape[1]))
        np.add.at(sums, positions, proba.astype(np.float64))
        means: NDArray[np.float32] = (sums / counts[:, None]).astype(np.float32)
        return means

    def test_units(self) -> list[str]:
        """Return the names of the test units, in the order of their probabilities."""
        subjects = self.cohort.subjects
        if self.cell.evaluate == "subject":
            return [subjects[i] for i in np.unique(self.cohort.candidate_subjects[self.test])]
        return [
            f"{subjects[self.cohort.candidate_subjects[i]]}:"
            + "-".join(map(str, self.cohort.candidates[i]))
            for i in self.test
        ]

    def test_labels(self) -> NDArray[np.intp]:
        """Return the class numbers of the test units, in the order of their probabilities."""
        if self.cell.evaluate == "candidate":
            return self.cohort.true_labels[self.test]
        return self.cohort.labels[np.unique(self.cohort.candidate_subjects[self.test])]

    @staticmethod
    def hash_of(numbers: NDArray[np.intp]) -> str:
        """Return a short hash of a set of numbers.

        Parameters
        ----------
        numbers : ndarray of int
            Subjects or candidates.

        Returns
        -------
        str
            12 hexadecimal digits.
        """
        return fingerprint(np.sort(numbers).astype(np.int64))[:12]


def open_block(cell: Cell, prepared: Prepared) -> Block:
    """Return a repetition of a block, with the training and the test samples apart.

    Parameters
    ----------
    cell : Cell
        Any cell of the repetition.
    prepared : Prepared
        The block's data on disk.

    Returns
    -------
    Block
        Untrained.
    """
    cohort = prepared.cohort
    parts = split(cohort, cell.test, generator(cell.stream(Purpose.SPLIT)))
    train = np.flatnonzero(np.isin(cohort.candidate_subjects, parts.train))
    test = np.flatnonzero(np.isin(cohort.candidate_subjects, parts.test))
    if cell.label_noise:
        noise = generator(cell.stream(Purpose.NOISE))
        cohort = mislabelled(cohort, train, cell.label_noise, noise)
    terms = cell.budget
    n_units = len(parts.train) if terms["of"] == "subjects" else len(train)
    plan = budget.schedule(n_units, terms["initial"], terms["query"], terms["stop"], terms["of"])
    train_store, test_store = _stores(cell, prepared, train, test)
    component = prepared.component
    model = component.load()(**component.arguments(cell.model.options))
    classifier = FusionClassifier(
        model=model,
        shapes=dict(prepared.shapes),
        n_classes=len(cohort.classes),
        store=train_store,
        training=Training(**cell.model.training),
    )
    return Block(
        cell=cell,
        cohort=cohort,
        marks=candidate_marks(cohort),
        plan=plan,
        train=train,
        test=test,
        learner=Learner(classifier),
        test_store=test_store,
    )


def _stores(
    cell: Cell, prepared: Prepared, train: NDArray[np.intp], test: NDArray[np.intp]
) -> tuple[SampleStore, SampleStore]:
    cohort = prepared.cohort
    arrays = {key: np.load(path, mmap_mode="r") for key, path in prepared.arrays.items()}
    train_part = _part(arrays, cohort.candidates[train])
    test_part = _part(arrays, cohort.candidates[test])
    for key in prepared.gaps:
        fill_gaps(train_part[key][1], test_part[key][1])
    scalings = {}
    if cell.model.standardise:
        scalings = {key: Scaling.of(v) for key, (_, v) in train_part.items() if v.ndim == 2}
    return (
        SampleStore(train_part, subjects=_owners(cohort, train), scalings=scalings),
        SampleStore(test_part, subjects=_owners(cohort, test), scalings=scalings),
    )


def _owners(cohort: Cohort, candidates: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the subject of each sample of the first modality, in ascending order of samples."""
    _, first = np.unique(cohort.candidates[candidates, 0], return_index=True)
    return cohort.candidate_subjects[candidates[first]]


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

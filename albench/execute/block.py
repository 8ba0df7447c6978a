"""A repetition of a block, opened in a child: its data, its split, its classifier, its test set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from albench.api.modality import fingerprint
from albench.cohort import budget
from albench.cohort.split import split
from albench.learn.estimator import FusionClassifier
from albench.learn.scoring import ClassifierSource
from albench.learn.store import SampleStore, statistics
from albench.seeds import Purpose, generator
from albench.spec import Training

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from albench.cohort.budget import Schedule
    from albench.cohort.join import Cohort
    from albench.execute.prepare import Prepared
    from albench.plan import Cell


@dataclass(frozen=True, eq=False, kw_only=True)
class Block:
    """Everything a cell's rounds work on.

    Parameters
    ----------
    cell : Cell
        What is run.
    cohort : Cohort
        All candidates, training and test.
    plan : Schedule
        The rounds.
    train, test : ndarray of int
        The candidates' numbers of either part.
    classifier : FusionClassifier
        Knows the samples of the training part only.
    test_store : SampleStore
        The samples of the test part.
    """

    cell: Cell
    cohort: Cohort
    plan: Schedule
    train: NDArray[np.intp]
    test: NDArray[np.intp]
    classifier: FusionClassifier
    test_store: SampleStore

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
        self.classifier.set_params(
            batches_seed=self.cell.stream(Purpose.BATCHES, number),
            dropout_seed=self.cell.stream(Purpose.DROPOUT, number),
        )
        X, y = self.cohort.candidates[labelled], self.cohort.candidate_labels[labelled]
        if number and self.cell.model.training["warm_start"]:
            self.classifier.partial_fit(X, y)
        else:
            self.classifier.fit(X, y)

    def source(self, number: int) -> ClassifierSource:
        """Return what a strategy's view of the pool is computed from.

        Parameters
        ----------
        number : int
            The round that is about to be bought.

        Returns
        -------
        ClassifierSource
            Without a way to the test part or to hidden labels.
        """
        return ClassifierSource(self.classifier, self.cell.stream(Purpose.DROPOUT, "query", number))

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
            return self.cohort.candidate_labels[self.test]
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
    terms = cell.budget
    n_units = len(parts.train) if terms["of"] == "subjects" else len(train)
    plan = budget.schedule(n_units, terms["initial"], terms["query"], terms["stop"], terms["of"])
    train_store, test_store = _stores(cell, prepared, train, test)
    model = prepared.component.load()(**cell.model.options)
    classifier = FusionClassifier(
        model=model,
        shapes=dict(prepared.shapes),
        n_classes=len(cohort.classes),
        store=train_store,
        training=Training(**cell.model.training),
        weights_seed=cell.stream(Purpose.WEIGHTS),
        batches_seed=cell.stream(Purpose.BATCHES, 0),
        dropout_seed=cell.stream(Purpose.DROPOUT, 0),
    )
    return Block(
        cell=cell,
        cohort=cohort,
        plan=plan,
        train=train,
        test=test,
        classifier=classifier,
        test_store=test_store,
    )


def _stores(
    cell: Cell, prepared: Prepared, train: NDArray[np.intp], test: NDArray[np.intp]
) -> tuple[SampleStore, SampleStore]:
    arrays = {key: np.load(path, mmap_mode="r") for key, path in prepared.arrays.items()}
    train_part = _part(arrays, prepared.cohort.candidates[train])
    test_part = _part(arrays, prepared.cohort.candidates[test])
    scale = statistics(train_part) if cell.model.standardise else None
    return SampleStore(train_part, scale), SampleStore(test_part, scale)


def _part(
    arrays: Mapping[str, NDArray[Any]], candidates: NDArray[np.intp]
) -> dict[str, tuple[NDArray[np.intp], NDArray[Any]]]:
    """Return each modality's sample numbers and a copy of just their values."""
    part = {}
    for column, (key, array) in enumerate(arrays.items()):
        rows = np.unique(candidates[:, column])
        part[key] = (rows, np.asarray(array[rows]))
    return part

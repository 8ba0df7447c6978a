"""A repetition as the supervising process knows it: the oracle, with every label and every mark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from albench.api.modality import fingerprint
from albench.cohort import first_labels
from albench.cohort.absence import ABSENT
from albench.cohort.acquisitions import NOTHING, acquisitions
from albench.cohort.annotators import NO_ANSWER, as_labelled
from albench.cohort.marks import candidate_marks, count_marks
from albench.cohort.subject_costs import count_measured
from albench.errors import QueryFault
from albench.execute.paid_purchases import require_acquired, require_paid
from albench.execute.task import Unlabelled
from albench.planning.division import division_of
from albench.records.schema import MeasuredPart
from albench.seeds import Purpose, generator

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from albench.cohort.acquisitions import Acquisitions
    from albench.cohort.budget import Schedule
    from albench.cohort.join import Cohort
    from albench.planning import Cell


@dataclass(frozen=True, eq=False, kw_only=True)
class Repetition:
    """One split of a cohort with all that is known of it; no child is ever given this.

    Parameters
    ----------
    cell : Cell
        Any cell of the repetition.
    cohort : Cohort
        All candidates, training and test, as they are labelled in this repetition.
    marks : mapping of str to ndarray of bool, shape (n_candidates,)
        What is known to be wrong with candidates, for the record.
    schedule : Schedule
        The rounds.
    train, test, validation : ndarray of int
        The candidates' numbers of each part; the last is empty unless the split has such a part.
    acquisitions : Acquisitions or None
        What can be measured, where modalities are bought one by one.
    """

    cell: Cell
    cohort: Cohort
    marks: Mapping[str, NDArray[np.bool_]]
    schedule: Schedule
    train: NDArray[np.intp]
    test: NDArray[np.intp]
    validation: NDArray[np.intp]
    acquisitions: Acquisitions | None = None

    def unlabelled(self) -> Unlabelled:
        """Return the part that a child receives."""
        return Unlabelled(
            modalities=self.cohort.modalities,
            n_classes=len(self.cohort.classes),
            candidates=self.cohort.candidates,
            candidate_subjects=self.cohort.candidate_subjects,
            train=self.train,
            test=self.test,
            validation=self.validation,
            schedule=self.schedule,
            acquisitions=self.acquisitions,
        )

    def first_labels(self) -> NDArray[np.intp]:
        """Return the candidates whose labels are known at the start.

        Returns
        -------
        ndarray of int
            Sorted; the same for all strategies and all models on these modalities.
        """
        rng = generator(self.cell.stream(Purpose.FIRST_LABELS))
        return first_labels.first_set(self.cohort, self.train, self.schedule, self.cell.budget, rng)

    def labels_of(self, candidates: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return the class numbers that candidates are labelled with when they are bought.

        Candidates are numbers, and labels are in their order; -1 where every annotator abstains.
        """
        return self.cohort.candidate_labels[candidates]

    def told_to_oracles(self, candidates: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return what an oracle knows of candidates.

        It is as `labels_of`, but the true class numbers where every annotator abstains.
        """
        given = self.labels_of(candidates)
        return np.where(given == NO_ANSWER, self.cohort.true_labels[candidates], given)

    def n_labelled_subjects(self, labelled: NDArray[np.intp]) -> int:
        """Return how many subjects the labelled candidates belong to."""
        return len(np.unique(self.cohort.candidate_subjects[labelled]))

    def measured_with(self, labelled: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return the codes of what is measured of subjects who are labelled whole.

        `labelled` are candidates' numbers. There are no codes unless modalities are bought one by
        one.
        """
        terms = self.acquisitions
        if terms is None:
            return NOTHING
        return terms.missing(self.cohort.candidate_subjects[labelled], terms.start)

    def count_measured(
        self, labelled: NDArray[np.intp], acquired: NDArray[np.intp] = NOTHING
    ) -> dict[str, int]:
        """Return how many measurements of each modality have been paid for, by its name.

        They are those of the labelled subjects, by candidates' numbers, unless modalities are
        bought one by one: then `acquired` are the codes of what was. It is empty if nobody lacks
        any.
        """
        if self.acquisitions is None:
            return count_measured(self.cohort, labelled)
        counts = self.acquisitions.count(acquired).tolist()
        return dict(zip(self.cohort.modalities, counts, strict=True))

    def n_test_units(self) -> int:
        """Return how many units the test probabilities are of."""
        if self.cell.evaluate == "candidate":
            return len(self.test)
        return len(np.unique(self.cohort.candidate_subjects[self.test]))

    def require_purchase(
        self,
        picks: NDArray[np.intp],
        labelled: NDArray[np.intp],
        number: int,
        acquired: NDArray[np.intp] = NOTHING,
        before: NDArray[np.intp] = NOTHING,
    ) -> None:
        """Raise if candidates are not what a round may buy.

        The child has looked already and says it better; this look is the one that nothing in the
        child can change.

        Parameters
        ----------
        picks : ndarray
            What the child says was chosen.
        labelled : ndarray of int
            What is labelled before.
        number : int
            The round, from 1.
        acquired : ndarray
            The codes of the modalities that are bought beside labels.
        before : ndarray of int
            Those that were bought before.

        Raises
        ------
        QueryFault
            If any is not in the pool, or chosen twice, or if there are too many or too few, or if
            they cost more than there is.
        """
        if picks.ndim != 1 or picks.dtype.kind not in "iu":
            raise QueryFault(f"bought an array of shape {picks.shape} and type {picks.dtype}")
        pool = np.setdiff1d(self.train, labelled)
        if not np.isin(picks, pool).all():
            raise QueryFault("bought candidates that are not in the pool")
        if len(np.unique(picks)) != len(picks):
            raise QueryFault("bought a candidate twice")
        if self.schedule.buys_subjects:
            self._require_whole_subjects(picks, pool)
        if self.acquisitions is not None:
            owners = self.cohort.candidate_subjects
            require_acquired(self.acquisitions, acquired, before, owners[pool])
            left = self.schedule.targets[number] - self.acquisitions.spent(owners[labelled], before)
            require_paid(self.acquisitions.bill(owners[picks], acquired), left)
            return
        if len(acquired):
            raise QueryFault("bought modalities where none are for sale")
        purse = self.schedule.purse(number, self.cohort.candidate_subjects[labelled])
        if purse is None:
            self._require_count(picks, pool, self.schedule.wanted(number))
        else:
            subjects = np.unique(self.cohort.candidate_subjects[picks])
            require_paid(purse.prices_of(subjects), purse.left)

    def _require_whole_subjects(self, picks: NDArray[np.intp], pool: NDArray[np.intp]) -> None:
        owners = self.cohort.candidate_subjects
        if len(picks) != np.count_nonzero(np.isin(owners[pool], owners[picks])):
            raise QueryFault("bought a part of a subject's candidates")

    def _require_count(self, picks: NDArray[np.intp], pool: NDArray[np.intp], wanted: int) -> None:
        bought, available = len(picks), len(pool)
        if self.schedule.buys_subjects:
            owners = self.cohort.candidate_subjects
            bought, available = (len(np.unique(owners[part])) for part in (picks, pool))
        if bought != min(wanted, available):
            unit = self.schedule.unit
            raise QueryFault(f"bought {bought} {unit} where {min(wanted, available)} were asked")

    def part(self, labelled: NDArray[np.intp], weights: str, batches: str) -> MeasuredPart:
        """Return what the rounds are measured on, for the record.

        Parameters
        ----------
        labelled : ndarray of int
            The first labelled set.
        weights : str
            The hash of the initial weights.
        batches : str
            The hash of the order of batches.

        Returns
        -------
        MeasuredPart
            With names, labels and sizes.
        """
        subjects = self.cohort.candidate_subjects
        return MeasuredPart(
            units=self._test_units(),
            labels=[int(label) for label in self._test_labels()],
            n_candidates=len(self.train),
            n_subjects=len(np.unique(subjects[self.train])),
            n_test_candidates=len(self.test),
            n_test_subjects=len(np.unique(subjects[self.test])),
            split_hash=hash_of(np.unique(subjects[self.test])),
            first_labels_hash=hash_of(labelled),
            weights_hash=weights,
            batches_hash=batches,
            marks=count_marks(self.marks, self.train),
        )

    def _test_units(self) -> list[str]:
        subjects = self.cohort.subjects
        if self.cell.evaluate == "subject":
            return [subjects[i] for i in np.unique(self.cohort.candidate_subjects[self.test])]
        return [
            f"{subjects[self.cohort.candidate_subjects[i]]}:"
            + "-".join("none" if n == ABSENT else str(n) for n in self.cohort.candidates[i])
            for i in self.test
        ]

    def _test_labels(self) -> NDArray[np.intp]:
        if self.cell.evaluate == "candidate":
            return self.cohort.true_labels[self.test]
        return self.cohort.labels[np.unique(self.cohort.candidate_subjects[self.test])]


def open_repetition(cell: Cell, cohort: Cohort) -> Repetition:
    """Return a cell's repetition: split, labels as given to training, schedule.

    It is the same for every cell of the repetition. Raises `DataError` if a class has too few
    subjects for the split.
    """
    parts = division_of(cell, cohort)
    train = np.flatnonzero(np.isin(cohort.candidate_subjects, parts.train))
    test = np.flatnonzero(np.isin(cohort.candidate_subjects, parts.test))
    noise = generator(cell.stream(Purpose.NOISE))
    cohort = as_labelled(cohort, train, cell.label_noise, cell.annotators, noise)
    known = () if cell.strategy is None else cell.budget.get("known", ())
    return Repetition(
        cell=cell,
        cohort=cohort,
        marks=candidate_marks(cohort),
        schedule=first_labels.rounds(cohort, train, cell.budget),
        train=train,
        test=test,
        validation=np.flatnonzero(np.isin(cohort.candidate_subjects, parts.validation)),
        acquisitions=acquisitions(cohort, known, cell.budget["prices"]) if known else None,
    )


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

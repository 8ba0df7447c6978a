"""What subjects cost when they are labelled, and how far money goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from albench.api.price_keys import LABEL
from albench.cohort.absence import ABSENT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from albench.cohort.join import Cohort

ROUNDING = 1e-9
"""Sums of prices that differ by less, relative to what is there to spend, are equal."""


def has_modality(cohort: Cohort) -> NDArray[np.bool_]:
    """Return which modalities each subject has, ``(n_subjects, n_modalities)``.

    A subject has what its candidates are made of.
    """
    has = np.zeros((len(cohort.subjects), len(cohort.modalities)), dtype=bool)
    has[cohort.candidate_subjects] = cohort.candidates != ABSENT
    return has


def known_at_start(cohort: Cohort, known: Sequence[str]) -> NDArray[np.bool_]:
    """Return which modalities of each subject are there before anything is bought.

    They are those that everybody comes with, `known`, which is empty if all are paid for with the
    label; of a subject who has none of these, all that there is. Their shape is that of
    `has_modality`.
    """
    has = has_modality(cohort)
    start: NDArray[np.bool_] = has & np.isin(cohort.modalities, list(known))
    if known:
        nobody = ~start.any(axis=1)
        start[nobody] = has[nobody]
    return start


def subject_costs(
    cohort: Cohort, prices: Mapping[str, float], known: Sequence[str] = ()
) -> NDArray[np.float64]:
    """Return what it costs to label each subject, with the modalities that it has.

    Parameters
    ----------
    cohort : Cohort
        Whose subjects.
    prices : mapping of str to float
        Of each modality, and of the ``label``; what is not named costs nothing.
    known : sequence of str
        The modalities that everybody comes with, and nobody pays for.

    Returns
    -------
    ndarray of float, shape (n_subjects,)
        Each is paid once, however many candidates a subject has.
    """
    of_modalities = np.array([prices.get(name, 0.0) for name in cohort.modalities])
    paid = has_modality(cohort) & ~known_at_start(cohort, known)
    return np.asarray(paid @ of_modalities + prices.get(LABEL, 0.0))


def count_measured(cohort: Cohort, labelled: NDArray[np.intp]) -> dict[str, int]:
    """Return how many of the labelled subjects have each modality, by its name.

    `labelled` are numbers of candidates. There is no modality where no subject of the cohort lacks
    any.
    """
    if not cohort.is_incomplete:
        return {}
    subjects = np.unique(cohort.candidate_subjects[labelled])
    counts = has_modality(cohort)[subjects].sum(axis=0)
    return dict(zip(cohort.modalities, counts.tolist(), strict=True))


@dataclass(frozen=True)
class Purse:
    """What is there to spend in a round.

    Parameters
    ----------
    costs : tuple of float
        What each subject of the cohort costs, by its number.
    left : float
        What may be spent.
    """

    costs: tuple[float, ...]
    left: float

    def most(self, subjects: Sequence[int] | NDArray[np.intp]) -> int:
        """Return how many subjects can be paid for at most: the cheapest.

        Parameters
        ----------
        subjects : sequence of int
            Distinct numbers.

        Returns
        -------
        int
            No choice of more can be paid for.
        """
        return affordable(np.sort(self.prices_of(subjects)), self.left)

    def first(self, subjects: Sequence[int] | NDArray[np.intp]) -> int:
        """Return how many subjects can be paid for, one after the other.

        Parameters
        ----------
        subjects : sequence of int
            Distinct numbers, in the order in which they are wanted.

        Returns
        -------
        int
            The first that cannot be paid for ends the purchase.
        """
        return affordable(self.prices_of(subjects), self.left)

    def prices_of(self, subjects: Sequence[int] | NDArray[np.intp]) -> NDArray[np.float64]:
        """Return what subjects cost, by their numbers."""
        return np.array(self.costs)[np.asarray(subjects, dtype=np.intp)]


def affordable(prices: NDArray[np.float64], left: float) -> int:
    """Return how many things can be paid for with what is left, one after the other.

    Prices, ``(n,)``, are in the order in which things are wanted. The first that cannot be paid for
    ends the purchase; rounding of sums aside.
    """
    return int(np.count_nonzero(np.cumsum(prices) <= left * (1 + ROUNDING) + ROUNDING))

"""Modalities that are bought one by one: what is known of whom, and what that has cost.

A purchase of a modality is a code: the subject's number times the number of modalities, plus the
modality's column. What is known is `held`, ``(n_subjects, n_modalities)``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from albench.api.price_keys import LABEL
from albench.cohort.absence import ABSENT
from albench.cohort.subject_costs import has_modality, known_at_start

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from albench.cohort.join import Cohort

NOTHING = np.empty(0, dtype=np.intp)
"""No purchase."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Acquisitions:
    """What can be measured, and for how much.

    Parameters
    ----------
    has : ndarray of bool, shape (n_subjects, n_modalities)
        What there is.
    start : ndarray of bool, shape (n_subjects, n_modalities)
        What is known of everybody before anything is bought.
    prices : ndarray of float, shape (n_modalities,)
        What measuring a modality of a subject costs.
    label_price : float
        What a subject's label costs.
    """

    has: NDArray[np.bool_]
    start: NDArray[np.bool_]
    prices: NDArray[np.float64]
    label_price: float

    def held(self, acquired: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Return what is known of each subject, ``(n_subjects, n_modalities)``.

        Parameters
        ----------
        acquired : ndarray of int
            The codes of all that has been bought.

        Returns
        -------
        ndarray of bool, shape (n_subjects, n_modalities)
            A new array.
        """
        held = self.start.copy()
        held.ravel()[acquired] = True
        return held

    def missing(self, subjects: NDArray[np.intp], held: NDArray[np.bool_]) -> NDArray[np.intp]:
        """Return the codes of all that could still be measured of some subjects, sorted.

        Subjects are numbers; each may be there several times.
        """
        is_asked = np.zeros(len(self.has), dtype=bool)
        is_asked[subjects] = True
        return np.flatnonzero(self.has & ~held & is_asked[:, None])

    def bill(self, labelled: NDArray[np.intp], acquired: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return the price of each measurement and of each label.

        `labelled` are the subjects' numbers of the labelled candidates, and `acquired` codes. Of
        each subject there is one label.
        """
        labels = np.full(len(np.unique(labelled)), self.label_price)
        return np.concatenate([self.prices[acquired % len(self.prices)], labels])

    def spent(self, labelled: NDArray[np.intp], acquired: NDArray[np.intp]) -> float:
        """Return what labels and measurements have cost: the sum of their `bill`."""
        return float(self.bill(labelled, acquired).sum())

    def count(self, acquired: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return how often each modality has been paid for, ``(n_modalities,)``."""
        return np.bincount(acquired % len(self.prices), minlength=len(self.prices))

    def shown(
        self,
        candidates: NDArray[np.intp],
        owners: NDArray[np.intp],
        held: NDArray[np.bool_],
    ) -> NDArray[np.intp]:
        """Return candidates with the samples that are known, ``(n, n_modalities)``.

        They are rows of sample numbers, `ABSENT` where a modality has not been measured; `owners`
        are their subjects' numbers.
        """
        return np.where(held[owners], candidates, ABSENT)


def acquisitions(cohort: Cohort, known: Sequence[str], prices: Mapping[str, float]) -> Acquisitions:
    """Return what can be bought of a cohort whose subjects come with some modalities.

    Parameters
    ----------
    cohort : Cohort
        Whose subjects.
    known : sequence of str
        The modalities that everybody comes with.
    prices : mapping of str to float
        Of each modality, and of the ``label``.

    Returns
    -------
    Acquisitions
        Of a subject who has none of the known modalities, all that there is is known.
    """
    return Acquisitions(
        has=has_modality(cohort),
        start=known_at_start(cohort, known),
        prices=np.array([prices.get(name, 0.0) for name in cohort.modalities]),
        label_price=prices.get(LABEL, 0.0),
    )

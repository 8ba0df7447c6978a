"""The test part of a cell, as a child has it: samples and units, and no label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from albench.learn.estimator import FusionClassifier
    from albench.learn.store import SampleStore


@dataclass(frozen=True, eq=False, kw_only=True)
class HeldOut:
    """What is predicted after every round.

    Parameters
    ----------
    store : SampleStore
        The samples of the test part.
    candidates : ndarray of int, shape (n, n_modalities)
        Sample numbers.
    subjects : ndarray of int, shape (n,)
        The subject's number of each candidate.
    evaluate : str
        ``candidate``, or ``subject`` for the mean over each subject's candidates.
    """

    store: SampleStore
    candidates: NDArray[np.intp]
    subjects: NDArray[np.intp]
    evaluate: str

    def undecided(self, n_classes: int) -> NDArray[np.float32]:
        """Return uniform class probabilities for every unit, ``(n_units, n_classes)``."""
        n = len(self.subjects) if self.evaluate == "candidate" else len(np.unique(self.subjects))
        return np.full((n, n_classes), 1.0 / n_classes, dtype=np.float32)

    def proba(self, classifier: FusionClassifier) -> NDArray[np.float32]:
        """Return the probabilities that a classifier gives each unit.

        Parameters
        ----------
        classifier : FusionClassifier
            As it is.

        Returns
        -------
        ndarray of float32, shape (n_units, n_classes)
            Subjects in ascending order of their numbers, where they are the units.
        """
        proba = classifier.predict_proba_on(self.store, self.candidates)
        if self.evaluate == "candidate":
            return proba
        names, positions, counts = np.unique(self.subjects, return_inverse=True, return_counts=True)
        sums = np.zeros((len(names), proba.shape[1]))
        np.add.at(sums, positions, proba.astype(np.float64))
        means: NDArray[np.float32] = (sums / counts[:, None]).astype(np.float32)
        return means

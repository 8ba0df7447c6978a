"""Label noise: wrong labels in the training part, the same for everything trained on them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from albench.cohort.absence import first_samples

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from albench.cohort.join import Cohort


def mislabelled(
    cohort: Cohort, train: NDArray[np.intp], share: float, rng: np.random.Generator
) -> Cohort:
    """Return the cohort with wrong labels on a share of the training part.

    Labels go wrong by sample of the first modality, of which each candidate has exactly one: all
    candidates of a sample are labelled alike, and each is wrong with the probability `share`.

    Parameters
    ----------
    cohort : Cohort
        With true labels.
    train : ndarray of int
        The training candidates' numbers; all others keep their true labels.
    share : float
        The probability that a label is wrong, 0 to 1. What is wrong at a share is wrong at every
        larger one.
    rng : numpy.random.Generator
        Of the purpose *noise*.

    Returns
    -------
    Cohort
        A wrong label is any of the other classes, equally often. The labels of subjects stay.
    """
    n_classes = len(cohort.classes)
    keys, n_keys = first_samples(cohort)
    # One row of draws a sample number, whether or not it is in this training part: what becomes of
    # a sample depends neither on the split nor on the modalities that are joined to the first.
    draws = rng.random((n_keys, 2))[keys[train]]
    steps = 1 + np.floor(draws[:, 1] * (n_classes - 1)).astype(np.intp)
    true = cohort.true_labels
    given = true.copy()
    given[train] = np.where(draws[:, 0] < share, (true[train] + steps) % n_classes, true[train])
    return replace(cohort, given_labels=given)

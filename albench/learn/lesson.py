"""One training: what is learned from, what validates it, and for how long."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from albench.errors import DataError
from albench.learn.mini_batches import BatchOrder
from albench.learn.validation import validation_mask
from albench.seeds import generator

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from albench.learn.optimisation import Seeds
    from albench.learn.store import SampleStore
    from albench.spec.training import Training

    Integers = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Examples:
    """Candidates with their labels.

    Parameters
    ----------
    candidates : ndarray of int, shape (n, n_modalities)
        Sample numbers.
    labels : ndarray of int, shape (n,)
        Class numbers.
    """

    candidates: Integers
    labels: Integers


@dataclass(frozen=True, eq=False, kw_only=True)
class Lesson:
    """What one training goes through, whichever way it is carried out.

    Parameters
    ----------
    candidates : ndarray of int, shape (n, n_modalities)
        Sample numbers of what is learned from.
    labels : ndarray of int, shape (n,)
        Their class numbers.
    valid_candidates : ndarray of int, shape (n_valid, n_modalities)
        What is held out for early stopping; may be empty.
    valid_labels : ndarray of int, shape (n_valid,)
        Their class numbers.
    n_epochs : int
        How many epochs there are at most.
    rng : numpy.random.Generator
        Draws the order of each epoch. The draw of the validation part lies behind it.
    """

    candidates: Integers
    labels: Integers
    valid_candidates: Integers
    valid_labels: Integers
    n_epochs: int
    rng: np.random.Generator

    @classmethod
    def of(  # noqa: PLR0913  # what a training depends on
        cls,
        training: Training,
        seeds: Seeds,
        store: SampleStore,
        candidates: Integers,
        labels: Integers,
        n_taught: int,
        validation: Examples | None = None,
    ) -> Lesson:
        """Return the lesson of a labelled set.

        Parameters
        ----------
        training : Training
            How to train.
        seeds : Seeds
            That of batches draws the validation part, and then the order of each epoch.
        store : SampleStore
            Knows the subjects, which are held out whole.
        candidates : ndarray of int, shape (n, n_modalities)
            Sample numbers of the labelled set.
        labels : ndarray of int, shape (n,)
            Its class numbers.
        n_taught : int
            How many candidates the present weights were trained on.
        validation : Examples or None
            A validation part of its own; then nobody of the labelled set is held out.

        Returns
        -------
        Lesson
            At the start of its random stream.
        """
        rng = generator(seeds.batches)
        share = training.validation if validation is None else 0.0
        apart = validation_mask(store.subjects(candidates), share, rng, training.validate_from)
        n_batches = len(BatchOrder(int(np.count_nonzero(~apart)), training.batch_size))
        n = len(labels)
        return cls(
            candidates=candidates[~apart],
            labels=labels[~apart],
            valid_candidates=candidates[apart] if validation is None else validation.candidates,
            valid_labels=labels[apart] if validation is None else validation.labels,
            n_epochs=training.n_epochs(n_batches, Fraction(max(n - n_taught, 0), n)),
            rng=rng,
        )


def checked_set(X: ArrayLike, y: ArrayLike, n_classes: int) -> tuple[Integers, Integers]:  # noqa: N803
    """Return the candidates and labels of a labelled set as integers.

    `X` and `y` are those of `albench.learn.estimator`. Raises `DataError` if labels are not one
    class number a candidate.
    """
    candidates, labels = np.asarray(X, dtype=np.intp), np.asarray(y, dtype=np.intp)
    if labels.shape != candidates.shape[:1] or not len(labels):
        raise DataError(f"{len(candidates)} candidates with labels of shape {labels.shape}")
    if labels.min() < 0 or labels.max() >= n_classes:
        raise DataError(f"class numbers must lie in 0 to {n_classes - 1}")
    return candidates, labels

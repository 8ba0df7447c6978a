"""Splits into training and test subjects: stratified by class, never through a subject."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from albench.cohort.shortage import about_shortage
from albench.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from albench.cohort.join import Cohort

_TRIED = 5000
"""Sizes of a test set that are tried before none is proposed."""


@dataclass(frozen=True, eq=False)
class Split:
    """The subjects of one repetition's training and test part.

    Parameters
    ----------
    train, test : ndarray of int
        Sorted subject numbers.
    validation : ndarray of int
        The subjects that training is stopped by; nobody unless a split is given that has such a
        part. The three are disjoint, together all subjects.
    """

    train: NDArray[np.intp]
    test: NDArray[np.intp]
    validation: NDArray[np.intp] = field(default_factory=lambda: np.empty(0, dtype=np.intp))


def split(
    cohort: Cohort,
    test: int | float,
    rng: np.random.Generator,
    kept: NDArray[np.intp] | None = None,
) -> Split:
    """Return a stratified split of a cohort's subjects.

    Each class gets its share of the test subjects, rounded down, and what is left over goes to the
    classes with the largest remainders; scikit-learn's rule. 168 subjects of stages
    41/51/31/27/18 at 0.2 give 34 test subjects, 8/10/6/6/4.

    Parameters
    ----------
    cohort : Cohort
        Whose subjects.
    test : int or float
        The number of test subjects, or their share (rounded up).
    rng : numpy.random.Generator
        Shuffles within classes.
    kept : ndarray of int or None
        Numbers of subjects that stay in the training part; enough others are left, see
        `albench.cohort.first_labels.about_named`.

    Returns
    -------
    Split
        With every class on both sides.

    Raises
    ------
    DataError
        If a class has too few subjects for that; names the class and what would do.
    """
    quotas = class_quotas(cohort, test)
    train_parts, test_parts = [], []
    for number, quota in enumerate(quotas):
        members = rng.permutation(np.flatnonzero(cohort.labels == number))
        if kept is not None:
            members = members[np.argsort(np.isin(members, kept), kind="stable")]
        test_parts.append(members[:quota])
        train_parts.append(members[quota:])
    return Split(np.sort(np.concatenate(train_parts)), np.sort(np.concatenate(test_parts)))


def class_quotas(cohort: Cohort, test: int | float) -> NDArray[np.intp]:
    """Return how many test subjects each class gives.

    Parameters
    ----------
    cohort : Cohort
        Whose subjects.
    test : int or float
        The number of test subjects, or their share (rounded up).

    Returns
    -------
    ndarray of int, shape (n_classes,)
        At least one of each class, and less than the class has.

    Raises
    ------
    DataError
        If a class has too few subjects for that.
    """
    n = len(cohort.subjects)
    # A share of 0.2 of 30 is 6.000000000000001 in floating point, and is meant to be 6.
    wanted = test if isinstance(test, int) else math.ceil(round(test * n, 9))
    counts = np.bincount(cohort.labels, minlength=len(cohort.classes))
    quotas = quotas_of(counts, wanted)
    if not _is_possible(quotas, counts):
        raise DataError(about_shortage(cohort, quotas, wanted, _nearest_test(counts, wanted)))
    return quotas


def quotas_of(counts: NDArray[np.intp], wanted: int) -> NDArray[np.intp]:
    """Return the share that each part has of a wanted number, by the largest remainders.

    Parameters
    ----------
    counts : ndarray of int, shape (n_parts,)
        The size of each part.
    wanted : int
        How many in all.

    Returns
    -------
    ndarray of int, shape (n_parts,)
        They add up to what is wanted.
    """
    exact = counts * wanted / counts.sum()
    quotas: NDArray[np.intp] = np.floor(exact).astype(np.intp)
    by_remainder = np.argsort(-(exact - quotas), kind="stable")
    quotas[by_remainder[: wanted - quotas.sum()]] += 1
    return quotas


def _is_possible(quotas: NDArray[np.intp], counts: NDArray[np.intp]) -> bool:
    return bool(((quotas > 0) & (quotas < counts)).all())


def _nearest_test(counts: NDArray[np.intp], wanted: int) -> int | None:
    """Return the size of a test set that leaves every class on both sides, near to a wanted one."""
    if (counts < 2).any():
        return None
    sizes = range(len(counts), int(counts.sum()) - len(counts) + 1)
    near = sorted(sizes, key=lambda size: abs(size - wanted))[:_TRIED]
    return next((size for size in near if _is_possible(quotas_of(counts, size), counts)), None)

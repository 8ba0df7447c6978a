"""Splits of which more is said than the size of the test part: given, in folds, or in groups."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from albench.api.modality import fingerprint
from albench.cohort.split import Split, quotas_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Integers = NDArray[np.intp]

Stream = Callable[[int], np.random.Generator]
"""From a number, such as the repetition's, to the generator of what is drawn under it."""

TRAIN, TEST, VALIDATION = range(3)
"""The parts of `GivenParts`."""


class Splitting(Protocol):
    """A rule by which the subjects of a cohort are divided."""

    @property
    def identity(self) -> dict[str, str | int]:
        """What decides its splits, for a cell's identity."""

    def n_distinct(self, repetitions: int) -> int:
        """Return in how many of the first repetitions splits may differ in their sizes."""

    def divide(self, test: int | float, repetition: int, stream: Stream) -> Split:
        """Return the split of one repetition."""


@dataclass(frozen=True, eq=False)
class GivenParts:
    """Parts that are the same in every repetition.

    Parameters
    ----------
    parts : ndarray of int, shape (n_subjects,)
        `TRAIN`, `TEST` or `VALIDATION`.
    """

    parts: Integers

    @property
    def identity(self) -> dict[str, str | int]:
        """The parts."""
        return {"given parts": _hash(self.parts)}

    def n_distinct(self, repetitions: int) -> int:  # noqa: ARG002  # all are alike
        """Return 1."""
        return 1

    def divide(self, test: int | float, repetition: int, stream: Stream) -> Split:  # noqa: ARG002  # nothing is drawn
        """Return the parts."""
        train, held_out, validation = (
            np.flatnonzero(self.parts == part) for part in (TRAIN, TEST, VALIDATION)
        )
        return Split(train, held_out, validation)


@dataclass(frozen=True, eq=False)
class GivenFolds:
    """Folds of which the repetition chooses the one that is tested on.

    Parameters
    ----------
    folds : ndarray of int, shape (n_subjects,)
        Numbers from 0.
    """

    folds: Integers

    @property
    def identity(self) -> dict[str, str | int]:
        """The folds."""
        return {"given folds": _hash(self.folds)}

    def n_distinct(self, repetitions: int) -> int:
        """Return the number of folds that are used."""
        return min(repetitions, int(self.folds.max()) + 1)

    def divide(self, test: int | float, repetition: int, stream: Stream) -> Split:  # noqa: ARG002  # nothing is drawn
        """Return the repetition's fold against all others."""
        return _one_fold(self.folds, repetition % (int(self.folds.max()) + 1))


@dataclass(frozen=True, eq=False)
class DrawnFolds:
    """Repeated k-fold by subject: each k repetitions go through folds of their own.

    Parameters
    ----------
    count : int
        How many folds.
    strata : ndarray of int, shape (n_subjects,)
        Whose shares are kept in every fold.
    groups : ndarray of int, shape (n_subjects,), or None
        Who stays together; None is nobody.
    """

    count: int
    strata: Integers
    groups: Integers | None = None

    @property
    def identity(self) -> dict[str, str | int]:
        """The number of folds, and what they are balanced and held together by."""
        return {"drawn folds": self.count} | _terms(self.strata, self.groups)

    def n_distinct(self, repetitions: int) -> int:
        """Return all repetitions."""
        return repetitions

    def divide(self, test: int | float, repetition: int, stream: Stream) -> Split:  # noqa: ARG002  # a fold is tested
        """Return one fold against all others."""
        rng = stream(repetition // self.count)
        if self.groups is None:
            folds = _dealt(self.strata, self.count, rng)
        else:
            folds = _dealt_groups(_table(self.groups, self.strata), self.count, rng)[self.groups]
        return _one_fold(folds, repetition % self.count)


@dataclass(frozen=True, eq=False)
class Drawn:
    """Parts drawn anew in each repetition.

    Parameters
    ----------
    strata : ndarray of int, shape (n_subjects,)
        Whose shares are kept on both sides.
    groups : ndarray of int, shape (n_subjects,), or None
        Who stays together; None is nobody.
    """

    strata: Integers
    groups: Integers | None = None

    @property
    def identity(self) -> dict[str, str | int]:
        """What parts are balanced and held together by."""
        return _terms(self.strata, self.groups)

    def n_distinct(self, repetitions: int) -> int:
        """Return 1 if only single subjects are drawn, whose numbers are fixed."""
        return 1 if self.groups is None else repetitions

    def divide(self, test: int | float, repetition: int, stream: Stream) -> Split:
        """Return as many test subjects as wanted, or nearly so where groups stay together."""
        rng = stream(repetition)
        n = len(self.strata)
        wanted = test if isinstance(test, int) else math.ceil(round(test * n, 9))
        if self.groups is None:
            is_test = _drawn(self.strata, wanted, rng)
        else:
            is_test = _drawn_groups(_table(self.groups, self.strata), wanted, rng)[self.groups]
        return Split(np.flatnonzero(~is_test), np.flatnonzero(is_test))


def numbered(*columns: tuple[str, ...] | Integers) -> Integers:
    """Return one number for each distinct row of some columns.

    Parameters
    ----------
    *columns : sequence of str or int, shape (n_subjects,)
        Of one length.

    Returns
    -------
    ndarray of int, shape (n_subjects,)
        From 0, in the order of the sorted rows.
    """
    codes = [np.unique(np.asarray(column), return_inverse=True)[1] for column in columns]
    _, numbers = np.unique(np.stack(codes, axis=1), axis=0, return_inverse=True)
    groups: Integers = numbers.reshape(-1).astype(np.intp)
    return groups


def _one_fold(folds: Integers, number: int) -> Split:
    return Split(np.flatnonzero(folds != number), np.flatnonzero(folds == number))


def _drawn(strata: Integers, wanted: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    is_test = np.zeros(len(strata), dtype=bool)
    for number, quota in enumerate(quotas_of(np.bincount(strata), wanted)):
        is_test[rng.permutation(np.flatnonzero(strata == number))[:quota]] = True
    return is_test


def _dealt(strata: Integers, count: int, rng: np.random.Generator) -> Integers:
    """Return folds whose sizes, and whose numbers of each stratum, differ by one at most."""
    dealt = np.concatenate(
        [rng.permutation(np.flatnonzero(strata == number)) for number in range(strata.max() + 1)]
    )
    folds = np.empty(len(strata), dtype=np.intp)
    folds[dealt] = np.arange(len(strata)) % count
    return folds


def _table(groups: Integers, strata: Integers) -> NDArray[np.float64]:
    """Return how many subjects of each stratum each group has, ``(n_groups, n_strata)``."""
    table = np.zeros((groups.max() + 1, strata.max() + 1))
    np.add.at(table, (groups, strata), 1)
    return table


def _large_first(table: NDArray[np.float64], rng: np.random.Generator) -> Integers:
    order = rng.permutation(len(table))
    return order[np.argsort(-table[order].sum(axis=1), kind="stable")]


def _drawn_groups(
    table: NDArray[np.float64], wanted: int, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Return which groups are tested: a group is taken if that brings the strata nearer."""
    target = table.sum(axis=0) * wanted / table.sum()
    is_test, reached = np.zeros(len(table), dtype=bool), np.zeros_like(target)
    for group in _large_first(table, rng):
        with_it = reached + table[group]
        if ((with_it - target) ** 2).sum() < ((reached - target) ** 2).sum():
            is_test[group], reached = True, with_it
    return is_test


def _dealt_groups(table: NDArray[np.float64], count: int, rng: np.random.Generator) -> Integers:
    """Return the fold of each group: where it brings the strata nearest to equal shares."""
    folds, reached = np.zeros(len(table), dtype=np.intp), np.zeros((count, table.shape[1]))
    target = table.sum(axis=0) / count
    for group in _large_first(table, rng):
        gain = ((reached + table[group] - target) ** 2 - (reached - target) ** 2).sum(axis=1)
        folds[group] = np.lexsort((reached.sum(axis=1), gain))[0]
        reached[folds[group]] += table[group]
    return folds


def _terms(strata: Integers, groups: Integers | None) -> dict[str, str | int]:
    terms: dict[str, str | int] = {"strata": _hash(strata)}
    return terms if groups is None else terms | {"groups": _hash(groups)}


def _hash(numbers: Integers) -> str:
    return fingerprint(numbers.astype(np.int64))[:16]

"""What strategies bought: classes, subjects, duplicates, distance, and what they have in common."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import permutations
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from albench.analysis.points import round_within
from albench.analysis.selections import POINTS
from albench.spec.published import FINAL

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from albench.spec.published import Point

    Integers = NDArray[np.intp]
    Vectors = NDArray[np.float64]

CLASS_MIX = "class mix"
RAREST = "rarest class"
SUBJECTS = "subjects"
DUPLICATES = "duplicates"
DISTANCE = "distance"
OF_MODALITY = f"{DISTANCE} in "
"""Before the name of a modality."""


@dataclass(frozen=True, eq=False)
class Pool:
    """The training part of a repetition, as an audit knows it.

    Parameters
    ----------
    train : ndarray of int, shape (n_train,)
        The numbers of its candidates.
    classes, subjects : ndarray of int, shape (n_candidates,)
        The true class and the subject of every candidate of the cohort.
    contents : ndarray of int, shape (n_candidates,), or None
        Equal for candidates whose samples are equal; None if that is not known.
    vectors : mapping of str to ndarray of float, shape (n_candidates, n_features)
        By modality, of mean square 1; empty if distances are not wanted.
    """

    train: Integers
    classes: Integers
    subjects: Integers
    contents: Integers | None = None
    vectors: Mapping[str, Vectors] = field(default_factory=dict)

    @cached_property
    def places(self) -> Integers:
        """Where each candidate of the cohort is in `train`; -1 for those that are not there."""
        places = np.full(len(self.classes), -1, dtype=np.intp)
        places[self.train] = np.arange(len(self.train))
        return places

    @cached_property
    def spaces(self) -> dict[str, tuple[Vectors, Vectors]]:
        """By modality, the vectors of `train`, and the squares of their lengths."""
        trained = {name: vectors[self.train] for name, vectors in self.vectors.items()}
        return {name: (own, (own**2).sum(axis=1)) for name, own in trained.items()}


class Measured(NamedTuple):
    """A number about what a cell bought until a point of its curve."""

    point: str
    measure: str
    value: float


class Overlap(NamedTuple):
    """What a strategy bought that another bought too, in one repetition.

    `share` is of the smaller of the two purchases; `chance` is what blind choice would give.
    """

    point: str
    strategy: str
    other: str
    share: float
    chance: float


def measures(picks: Sequence[Sequence[int]], pool: Pool) -> Iterator[Measured]:
    """Yield what a cell's purchases are like, at the points of `selections.POINTS`.

    Parameters
    ----------
    picks : sequence of sequence of int
        The candidates bought before each round's training; those of round 0 are the first labels.
    pool : Pool
        Of its repetition.

    Yields
    ------
    Measured
        *class mix*: the total variation distance of the classes bought from those of the training
        part, 0 to 1. *rarest class*: the share of the training part's rarest class in what was
        bought, divided by that in the training part. *subjects*: distinct subjects for each
        candidate bought, where subjects have several. *duplicates*: the share of what was bought
        whose samples equal those of a candidate labelled before. *distance*: that of a candidate
        bought from its nearest labelled one, divided by the mean over the pool at that time, over
        all modalities and *in* each: 1 means indifference.
    """
    steps = _steps(picks, pool)
    for point, position in _purchases(picks, len(pool.train)):
        bought = np.concatenate(
            [np.asarray(part, dtype=np.intp) for part in picks[1 : position + 1]]
        )
        yield from (Measured(point, *measured) for measured in _of_classes(bought, pool))
        if len(np.unique(pool.subjects[pool.train])) < len(pool.train):
            share = len(np.unique(pool.subjects[bought])) / len(bought)
            yield Measured(point, SUBJECTS, share)
        if pool.contents is not None:
            yield Measured(point, DUPLICATES, _duplicates(picks, position, pool.contents))
        sizes = np.array([len(part) for part in picks[1 : position + 1]], dtype=float)
        for name, ratios in steps.items():
            is_finite = np.isfinite(ratios[:position])
            if is_finite.any():
                value = np.average(ratios[:position][is_finite], weights=sizes[is_finite])
                yield Measured(point, name, float(value))


def overlaps(by_strategy: Mapping[str, Sequence[Sequence[int]]], n_train: int) -> Iterator[Overlap]:
    """Yield what each strategy has in common with each other one in a repetition of a block.

    Parameters
    ----------
    by_strategy : mapping of str to sequence of sequence of int
        Their picks by round; the first labels are the same for all.
    n_train : int
        Candidates of the training part.

    Yields
    ------
    Overlap
        At each of the points that both get to.
    """
    sets: dict[str, dict[str, set[int]]] = {}
    for name, picks in by_strategy.items():
        for point, position in _purchases(picks, n_train):
            own = {number for part in picks[1 : position + 1] for number in part}
            sets.setdefault(point, {})[name] = own
    n_first = max((len(picks[0]) for picks in by_strategy.values() if len(picks)), default=0)
    for point, bought in sets.items():
        for one, other in permutations(bought, 2):
            ours, theirs = bought[one], bought[other]
            share = len(ours & theirs) / min(len(ours), len(theirs))
            chance = max(len(ours), len(theirs)) / (n_train - n_first)
            yield Overlap(point, one, other, share, chance)


def points_reached(picks: Sequence[Sequence[int]], n_train: int) -> Iterator[tuple[str, int]]:
    """Yield the points of `selections.POINTS` that a curve gets to, each with its round.

    Picks and `n_train` are as of `measures` and `overlaps`. The round is after that of the first
    labels; the end is there only where not all was bought.
    """
    shares = np.cumsum([len(part) for part in picks]) / n_train
    for point in POINTS:
        position = _position(shares, point)
        if position:
            yield str(point), position


def _purchases(picks: Sequence[Sequence[int]], n_train: int) -> Iterator[tuple[str, int]]:
    """Yield the points until which a candidate was bought, with their rounds."""
    for point, position in points_reached(picks, n_train):
        if any(picks[1 : position + 1]):
            yield point, position


def _position(shares: NDArray[np.float64], point: Point) -> int | None:
    if point != FINAL:
        return round_within(shares, float(point))
    return None if shares[-1] == 1.0 else len(shares) - 1


def _of_classes(bought: Integers, pool: Pool) -> Iterator[tuple[str, float]]:
    n_classes = int(pool.classes.max()) + 1
    ours, whole = (
        np.bincount(pool.classes[part], minlength=n_classes) / len(part)
        for part in (bought, pool.train)
    )
    yield CLASS_MIX, float(np.abs(ours - whole).sum() / 2)
    rarest = int(np.where(whole > 0, whole, np.inf).argmin())
    yield RAREST, float(ours[rarest] / whole[rarest])


def _duplicates(picks: Sequence[Sequence[int]], position: int, contents: Integers) -> float:
    seen, n_again, n_bought = {int(contents[i]) for i in picks[0]}, 0, 0
    for part in picks[1 : position + 1]:
        for number in part:
            content = int(contents[number])
            n_again += content in seen
            n_bought += 1
            seen.add(content)
    return n_again / n_bought


def _steps(picks: Sequence[Sequence[int]], pool: Pool) -> dict[str, NDArray[np.float64]]:
    """Return for each purchase after the first labels how far it was, against the whole pool.

    Distances are those over all modalities together and, where there are several, in each.
    """
    if not pool.vectors:
        return {}
    names = [DISTANCE, *(f"{OF_MODALITY}{key}" for key in pool.vectors if len(pool.vectors) > 1)]
    # Squares of the distance from the nearest labelled candidate.
    nearest = {name: np.full(len(pool.train), np.inf) for name in names}
    ratios: dict[str, list[float]] = {name: [] for name in names}
    in_pool = np.ones(len(pool.train), dtype=bool)
    for number, part in enumerate(picks):
        own = pool.places[np.asarray(part, dtype=np.intp)]
        for name in names if number else ():
            mean = float(np.sqrt(nearest[name][in_pool]).mean()) if in_pool.any() else np.nan
            is_known = len(own) > 0 and 0 < mean < np.inf
            bought = float(np.sqrt(nearest[name][own]).mean()) if is_known else np.nan
            ratios[name].append(bought / mean if is_known else np.nan)
        in_pool[own] = False
        if len(own):
            for name, squares in zip(names, _squared_distances(pool, own), strict=False):
                nearest[name] = np.minimum(nearest[name], squares.min(axis=0))
    return {name: np.array(own) for name, own in ratios.items()}


def _squared_distances(pool: Pool, own: Integers) -> list[Vectors]:
    """Return those of the training part from some of it: over all modalities, then in each."""
    in_each = [
        np.maximum(lengths[own, None] + lengths - 2 * vectors[own] @ vectors.T, 0.0)
        for vectors, lengths in pool.spaces.values()
    ]
    return [sum(in_each[1:], in_each[0]), *in_each]

"""A slice: the part of a matrix that is chosen on the command line."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

from albench.api.nearest import did_you_mean
from albench.errors import Complaint, InputError
from albench.references import ALWAYS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

AXES = ("cohort", "modalities", "model", "strategy", "budget")
"""What a cell is chosen by, next to its repetition; each takes names and globs."""


class Place(NamedTuple):
    """Where a cell stands in the matrix; modalities are joined by ``+``."""

    cohort: str
    modalities: str
    model: str
    strategy: str
    budget: str
    repetition: int


@dataclass(frozen=True)
class Slice:
    """What is chosen of a matrix; a new one chooses all.

    Parameters
    ----------
    included, excluded : mapping of str to sequence of str
        Names and globs, by axis. An axis that is not included has all its names.
    repetitions, excluded_repetitions : frozenset of int or None
        None includes all, or excludes none.
    shard : (int, int) or None
        The number of a shard, from 1, and how many there are.
    """

    included: Mapping[str, Sequence[str]] = field(default_factory=dict)
    excluded: Mapping[str, Sequence[str]] = field(default_factory=dict)
    repetitions: frozenset[int] | None = None
    excluded_repetitions: frozenset[int] | None = None
    shard: tuple[int, int] | None = None

    def __bool__(self) -> bool:
        return self != Slice()

    @property
    def text(self) -> str:
        """The slice as text: the options that make it; empty if it is everything."""
        parts = [f"--{axis} {name}" for axis in AXES for name in self.included.get(axis, ())]
        parts += [
            f"--exclude-{axis} {name}" for axis in AXES for name in self.excluded.get(axis, ())
        ]
        if self.repetitions is not None:
            parts.append(f"--repetitions {_spelled(self.repetitions)}")
        if self.excluded_repetitions is not None:
            parts.append(f"--exclude-repetitions {_spelled(self.excluded_repetitions)}")
        if self.shard is not None:
            parts.append("--shard {}/{}".format(*self.shard))
        return " ".join(parts)

    def admits(self, place: Place) -> bool:
        """Return whether a cell is chosen, its shard aside."""
        return (
            all(self._admits(axis, getattr(place, axis)) for axis in AXES)
            and (self.repetitions is None or place.repetition in self.repetitions)
            and place.repetition not in (self.excluded_repetitions or ())
        )

    def may_admit(self, names: Iterable[tuple[str, str]]) -> bool:
        """Return whether cells of these names, each after its axis, can be chosen."""
        return all(self._admits(axis, name) for axis, name in names)

    def _admits(self, axis: str, name: str) -> bool:
        if _matches(name, self.excluded.get(axis, ())):
            return False
        wanted = self.included.get(axis, ())
        # Kept whatever strategies are chosen, unless excluded: comparisons need them.
        kept = axis == "strategy" and name in ALWAYS
        return not wanted or kept or _matches(name, wanted)

    def of_places(self, places: Iterable[Place]) -> list[bool]:
        """Return which cells are chosen, their shard aside.

        Parameters
        ----------
        places : iterable of Place
            Of a whole matrix.

        Returns
        -------
        list of bool
            One a cell.

        Raises
        ------
        InputError
            If a name or glob matches nothing in the matrix, if a repetition is not there, or if
            nothing is left.
        """
        every = list(places)
        if complaints := [*self._complaints(every)]:
            raise InputError(complaints)
        chosen = [self.admits(place) for place in every]
        if not any(chosen):
            raise InputError([Complaint(self.text, "leaves no cell of the matrix")])
        return chosen

    def _complaints(self, places: Sequence[Place]) -> Iterable[Complaint]:
        for prefix, chosen in (("", self.included), ("exclude-", self.excluded)):
            for axis in AXES:
                names = dict.fromkeys(getattr(place, axis) for place in places)
                for pattern in chosen.get(axis, ()):
                    if not any(_matches(name, [pattern]) for name in names):
                        yield Complaint(f"--{prefix}{axis} {pattern}", _unknown(pattern, names))
        there = {place.repetition for place in places}
        for prefix, numbers in (
            ("", self.repetitions),
            ("exclude-", self.excluded_repetitions),
        ):
            if absent := (numbers or frozenset()) - there:
                problem = f"there is none; repetitions are {_spelled(there)}"
                yield Complaint(f"--{prefix}repetitions {_spelled(absent)}", problem)


EVERYTHING = Slice()


def numbers(text: str) -> frozenset[int]:
    """Return the repetitions that a text names.

    Parameters
    ----------
    text : str
        Numbers and ranges, from 0, both ends included: ``0-4,7``.

    Returns
    -------
    frozenset of int
        One or more.

    Raises
    ------
    ValueError
        If it is anything else.
    """
    repetitions: set[int] = set()
    for part in text.split(","):
        match = re.fullmatch(r"([0-9]{1,6})(?:-([0-9]{1,6}))?", part.strip())
        low, high = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
        if low > high:
            raise ValueError(f"found {text!r}, expected numbers and ranges from 0, as in 0-4,7")
        repetitions.update(range(low, high + 1))
    return frozenset(repetitions)


def shard(text: str) -> tuple[int, int]:
    """Return the number of a shard and how many there are.

    Parameters
    ----------
    text : str
        ``2/10``: the second of ten.

    Returns
    -------
    (int, int)
        The number, from 1, and the count.

    Raises
    ------
    ValueError
        If it is anything else, or out of range.
    """
    match = re.fullmatch(r"([0-9]{1,6})/([0-9]{1,6})", text)
    number, count = (int(match[1]), int(match[2])) if match else (0, 0)
    if not 1 <= number <= count:
        raise ValueError(f"found {text!r}, expected I/N with I from 1 to N, as in 2/10")
    return number, count


def _matches(name: str, patterns: Iterable[str]) -> bool:
    return any(name == pattern or fnmatchcase(name, pattern) for pattern in patterns)


def _unknown(pattern: str, names: Mapping[str, None]) -> str:
    if any(sign in pattern for sign in "*?["):
        return f"matches nothing; there are {', '.join(names)}"
    return (
        f"is not in the matrix{did_you_mean(pattern, names) or '; there are ' + ', '.join(names)}"
    )


def _spelled(repetitions: Iterable[int]) -> str:
    """Return numbers with runs of them as ranges: ``0-4,7``."""
    runs: list[list[int]] = []
    for number in sorted(repetitions):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ",".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)

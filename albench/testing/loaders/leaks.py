"""Checks of leaks in samples: labels in a feature, and statistics of all rows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from albench.testing.checks import Skip, Violation, guards_against
from albench.testing.loaders.modality import opened
from albench.testing.loaders.reading import in_blocks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from albench.api import Modality
    from albench.testing.specimen import Specimen

GAP = 100.0
"""A feature encodes the class if gaps between classes exceed their ranges by this factor."""

CHANCE_BITS = 20
"""A feature is suspect if chance produces one like it less than once in 2 to this power."""

STANDARD = 1e-4
"""The tolerance for means of 0 and deviations of 1 of standardised features."""

MIN_ROWS = 20

FEW_LEVELS = 3
"""A feature with no more values than this is a level, and not a measurement."""


@guards_against("a column of labels left among the features; a mark in the corner of images")
def no_feature_is_the_label(specimen: Specimen) -> str:
    """If it has labels, no feature or pixel encodes the class."""
    modality = opened(specimen)
    classes = _classes(modality)
    ranges = _ranges(modality, classes)
    codes = np.flatnonzero(_are_codes(ranges))
    if len(codes):
        where = tuple(int(i) for i in np.unravel_index(codes[0], modality.shape))
        raise Violation(
            f"feature {where if len(where) > 1 else where[0]} encodes the label: it has a "
            "value of its own for each class"
        )
    return f"looked at {len(modality)} rows of {len(ranges.low)} classes"


def _classes(modality: Modality) -> NDArray[np.intp]:
    """Return the class number of each row; raise `Skip` if there is too little evidence."""
    if modality.labels is None:
        raise Skip("it has no labels")
    labels = {subject: str(label) for subject, label in modality.labels.items()}
    names, numbers = np.unique(
        [labels.get(subject, "") for subject in modality.subjects], return_inverse=True
    )
    if len(names) < 2:
        raise Skip("it has one class only")
    # Rows of a subject are alike, so the evidence is counted in subjects.
    evidence = (len(set(modality.subjects.tolist())) - len(names)) * math.log2(len(names))
    if evidence < CHANCE_BITS + math.log2(math.prod(modality.shape)):
        raise Skip("it has too few subjects to tell an encoded label from chance")
    return numbers


@dataclass(frozen=True, eq=False)
class _Ranges:
    """The minimum and maximum of every feature in each class, ``(n_classes, n)``."""

    low: NDArray[np.float64]
    high: NDArray[np.float64]


def _ranges(modality: Modality, classes: NDArray[np.intp]) -> _Ranges:
    form = (int(classes.max()) + 1, math.prod(modality.shape))
    low, high = np.full(form, np.inf), np.full(form, -np.inf)
    for rows in in_blocks(modality):
        samples = _flat(modality, rows)
        for number in np.unique(classes[rows]):
            own = samples[classes[rows] == number]
            low[number] = np.minimum(low[number], own.min(axis=0))
            high[number] = np.maximum(high[number], own.max(axis=0))
    return _Ranges(low, high)


def _flat(modality: Modality, rows: NDArray[np.intp]) -> NDArray[Any]:
    return np.asarray(modality.read(rows)).reshape(len(rows), -1)


def _are_codes(ranges: _Ranges) -> NDArray[np.bool_]:
    order = np.argsort(ranges.low, axis=0)
    low, high = (np.take_along_axis(part, order, axis=0) for part in (ranges.low, ranges.high))
    gaps = (low[1:] - high[:-1]).min(axis=0)
    codes: NDArray[np.bool_] = (gaps > 0) & (gaps >= GAP * (high - low).max(axis=0))
    return codes


@guards_against("scaling with statistics of the test part")
def statistics_are_not_of_all_rows(specimen: Specimen) -> None:
    """Vectors are not standardised with means and deviations of all rows."""
    modality = opened(specimen)
    if len(modality.shape) > 1:
        raise Skip("its samples are images")
    if len(modality) < MIN_ROWS:
        raise Skip(f"it has fewer than {MIN_ROWS} rows")
    samples = np.concatenate([_flat(modality, rows) for rows in in_blocks(modality)])
    # Two or three levels have the mean 0 and the deviation 1 in many a balanced design.
    measured = [column for column in samples.T if len(np.unique(column)) > FEW_LEVELS]
    if not measured:
        raise Skip(f"none of its features has more than {FEW_LEVELS} values")
    varying = np.array(measured, dtype=np.float64).T
    means, deviations = varying.mean(axis=0), varying.std(axis=0)
    unbiased = deviations * math.sqrt(len(varying) / (len(varying) - 1))
    for spread in (deviations, unbiased):
        if max(np.abs(means).max(), np.abs(spread - 1).max()) <= STANDARD:
            raise Violation(
                "over all rows, every feature has the mean 0 and the deviation 1: the test part's "
                "statistics are in the training part; give the numbers as they are"
            )

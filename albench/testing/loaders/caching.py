"""Checks that caches inside a loader do not show: a new loader, read in several ways."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from albench.testing.checks import Violation, guards_against
from albench.testing.loaders.modality import opened
from albench.testing.loaders.reading import equal_samples, require_samples, some_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from albench.api import Modality
    from albench.testing.specimen import Specimen

N_ALONE = 4
"""The number of rows that are each read by a new loader."""

RUN = 16
"""The length of a contiguous range of rows."""

WHOLE_BYTES = 64 * 2**20
"""All rows are read at once if they take no more than this."""

Rows = tuple[str, "NDArray[np.intp]"]


@guards_against("scales computed from the first rows read; float64 for a single row; stale caches")
def what_was_read_before_does_not_matter(specimen: Specimen) -> None:
    """A row read first and alone by a new loader is the same after other reads."""
    rows = some_rows(opened(specimen), N_ALONE)
    expected = np.concatenate([_read_by_a_fresh_one(specimen, row) for row in rows[:, None]])
    for how, asked in _requests(opened(specimen)):
        modality = specimen.build()
        modality.read(asked)
        if not equal_samples(modality.read(rows), expected):
            raise Violation(f"after {how} was read, the same rows give other samples")


def _read_by_a_fresh_one(specimen: Specimen, row: NDArray[np.intp]) -> NDArray[Any]:
    """Return a row as read by a new loader."""
    modality = specimen.build()
    samples: NDArray[Any] = modality.read(row)
    require_samples(samples, row, modality)
    return samples


def _requests(modality: Modality) -> Iterator[Rows]:
    """Yield several forms of requests, each of which a cache may answer differently."""
    n = len(modality)
    middle = n // 2
    yield "one row", np.array([middle])
    yield "a contiguous run", np.arange(middle, min(middle + RUN, n))
    yield "every other row", np.arange(0, min(2 * RUN, n), 2)
    yield "a run backwards", np.arange(min(RUN, n))[::-1]
    if n * math.prod(modality.shape) * 4 <= WHOLE_BYTES:
        yield "everything", np.arange(n)


@guards_against("slices of a cache returned where rows are contiguous")
def what_was_read_is_no_view(specimen: Specimen) -> None:
    """Writing to rows that a new loader read, by whatever request, changes no later read."""
    modality = specimen.build()
    for how, rows in _requests(modality):
        first: Any = modality.read(rows)  # a plugin may give anything
        require_samples(first, rows, modality)
        before = first.copy()
        if first.flags.writeable:
            first[...] = np.where(first == 1, 0, 1)
        if not equal_samples(modality.read(rows), before):
            raise Violation(
                f"writing to {how} that was read changes later reads: return a copy or a "
                "read-only array"
            )

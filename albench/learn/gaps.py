"""Missing values of vectors, filled from the training samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.errors import Complaint, DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from albench.api.modality import Modality

_AT_ONCE = 65_536
"""Rows looked at together, so that a large pool needs little memory beside it."""


def fill_gaps(train: NDArray[np.float32], *others: NDArray[np.float32]) -> None:
    """Put the mean of the training samples in place of NaN.

    Parameters
    ----------
    train : ndarray of float32, shape (n_train, features)
        The training part, labelled or not; changed in place. A feature that none of it has is 0.
    *others : ndarray of float32, shape (n, features)
        Other parts, changed in place; nothing is learnt from them.
    """
    is_there = ~np.isnan(train)
    sums = np.where(is_there, train, 0).sum(axis=0, dtype=np.float64)
    means = (sums / np.maximum(is_there.sum(axis=0), 1)).astype(np.float32)
    for part in (train, *others):
        np.copyto(part, means, where=np.isnan(part))


def require_whole(values: NDArray[np.float32], modality: Modality) -> None:
    """Refuse vectors that hold what they must not.

    Parameters
    ----------
    values : ndarray of float32, shape (n_rows, features)
        All rows of the modality.
    modality : Modality
        Which may say that it has gaps; NaN is then no fault.

    Raises
    ------
    DataError
        If a value is infinite, or NaN without a word; names the first subject.
    """
    rows = [
        start + row
        for start in range(0, len(values), _AT_ONCE)
        for row in _bad_rows(values[start : start + _AT_ONCE], modality.has_gaps)
    ]
    if rows:
        where = f"subject {modality.subjects[rows[0]]}, row {rows[0]}"
        others = f", as do {len(rows)} rows in all" if len(rows) > 1 else ""
        problem = f"holds a value that is not finite{others}"
        raise DataError([Complaint(where, problem)])


def _bad_rows(values: NDArray[np.float32], has_gaps: bool) -> list[int]:
    bad = np.isinf(values) if has_gaps else ~np.isfinite(values)
    rows: list[int] = np.flatnonzero(bad.any(axis=1)).tolist()
    return rows

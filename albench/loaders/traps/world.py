"""What a trap is made of before it is a modality: vectors, classes, owners and marks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

N_FEATURES = 2
"""The length of every vector; where a class shows, it shows on the first of them."""


@dataclass(frozen=True, eq=False, kw_only=True)
class World:
    """The rows of one modality.

    Parameters
    ----------
    features : ndarray of float, shape (n_rows, n_features)
        The vectors.
    classes : ndarray of int, shape (n_rows,)
        The class of each row: 0 or 1, the same for all rows of a subject.
    owners : ndarray of int, shape (n_rows,)
        The subject of each row.
    marks : mapping of str to ndarray of bool, shape (n_rows,)
        Which rows are the trap.
    """

    features: NDArray[np.float64]
    classes: NDArray[np.intp]
    owners: NDArray[np.intp]
    marks: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)


def two_classes(
    classes: NDArray[np.intp], distance: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return vectors of two round classes, some of which overlap.

    Parameters
    ----------
    classes : ndarray of int, shape (n,)
        0 or 1.
    distance : float
        From either class's centre to the boundary between them, in standard deviations.
    rng : numpy.random.Generator
        Draws the vectors.

    Returns
    -------
    ndarray of float, shape (n, N_FEATURES)
        The class shows on the first feature alone.
    """
    features = rng.normal(size=(len(classes), N_FEATURES))
    features[:, 0] += distance * (2 * classes - 1)
    return features


def alternating(n: int) -> NDArray[np.intp]:
    """Return 0 and 1 in turn, ``(n,)``."""
    return np.arange(n) % 2


def first_share(n: int, share: float) -> NDArray[np.bool_]:
    """Return which of `n` rows are among the first `share` of them."""
    return np.arange(n) < round(share * n)

"""Random resamples and random halves of test subjects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

N_RESAMPLES = 1000
N_SPLITS = 100


def resample_counts(n: int, rng: np.random.Generator, n_resamples: int) -> NDArray[np.float64]:
    """Return how often each subject is in each bootstrap resample.

    Parameters
    ----------
    n : int
        Subjects.
    rng : Generator
        Drawn from.
    n_resamples : int
        Resamples.

    Returns
    -------
    ndarray of float, shape (n_resamples, n)
        Rows sum to n.
    """
    return rng.multinomial(n, np.full(n, 1 / n), size=n_resamples).astype(float)


def halves(
    labels: NDArray[np.intp],
    subjects: Sequence[str],
    rng: np.random.Generator,
    n_splits: int = N_SPLITS,
) -> NDArray[np.float64]:
    """Return random halves of the test subjects, each class split as evenly as possible.

    Parameters
    ----------
    labels : ndarray of int, shape (n,)
        Class numbers of the units.
    subjects : sequence of str, length n
        Whose unit each is; a subject's units stay together.
    rng : Generator
        Drawn from.
    n_splits : int
        How many.

    Returns
    -------
    ndarray of float, shape (n_splits, n)
        1 for what is in the first half, 0 for the other; the odd subject of a class goes to
        either half at random.
    """
    names, first, owner = np.unique(np.asarray(subjects), return_index=True, return_inverse=True)
    own_labels = labels[first]
    chosen = np.zeros((n_splits, len(names)))
    for split in chosen:
        for k in np.unique(own_labels):
            members = rng.permutation(np.flatnonzero(own_labels == k))
            split[members[: (len(members) + rng.integers(2)) // 2]] = 1
    return chosen[:, owner]

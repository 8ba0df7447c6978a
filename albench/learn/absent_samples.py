"""What networks are given of a modality that a candidate lacks: the mean training sample.

That it is absent is told beside it, by the stream `albench.api.AVAILABLE`: mean and indicator, as
is usual for missing values (Little & Rubin, Statistical Analysis with Missing Data).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from albench.cohort.absence import ABSENT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]  # uint8 images, or float32


def mean_sample(values: Array) -> Array:
    """Return the mean of samples, of their own type.

    Parameters
    ----------
    values : ndarray, shape (n, *shape)
        Of the training part, labelled or not.

    Returns
    -------
    ndarray, shape (*shape,)
        Zeros if there is no sample.
    """
    if not len(values):
        return np.zeros(values.shape[1:], dtype=values.dtype)
    mean = np.asarray(values.mean(axis=0, dtype=np.float64))
    return (np.rint(mean) if values.dtype == np.uint8 else mean).astype(values.dtype)


def with_absent(
    rows: NDArray[np.intp], values: Array, instead: Array
) -> tuple[NDArray[np.intp], Array]:
    """Return the samples of a part with one more, for candidates who lack the modality.

    Parameters
    ----------
    rows : ndarray of int, shape (k,)
        Sample numbers, ascending.
    values : ndarray, shape (k, *shape)
        Samples.
    instead : ndarray, shape (*shape,)
        What the network is given where there is no sample.

    Returns
    -------
    rows : ndarray of int, shape (k + 1,)
        With `ABSENT` first.
    values : ndarray, shape (k + 1, *shape)
        Row for row.
    """
    return np.concatenate([[ABSENT], rows]), np.concatenate([instead[None], values])

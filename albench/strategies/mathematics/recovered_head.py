"""The network's own last layer, recovered from what it says.

With a linear classifier, ``log p`` is linear in the embedding up to a constant a row, so least
squares on centred log probabilities gives weights and bias exactly, but for a shift that the
softmax ignores and for directions in which no embedding varies. With a classifier that is not
linear it is the closest linear one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.strategies.mathematics.softmax_head import LinearHead

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from albench.strategies.query import Floats

FAINTEST = 1e-30
"""Probabilities under this are lost in float32: rows that have one are left out if they can be."""

BLOCK = 2048


def recovered_head(features: Floats, proba: Floats) -> LinearHead:
    """Return the linear head that gives `proba` on `features`.

    Parameters
    ----------
    features : ndarray, shape (n, D)
        Finite embeddings, at least one.
    proba : ndarray, shape (n, n_classes)
        Finite probabilities of the same candidates.

    Returns
    -------
    LinearHead
        Its logits sum to zero on every row that it was recovered from.
    """
    dimensions = features.shape[1]
    rows = np.flatnonzero(proba.min(axis=1) > FAINTEST)
    if len(rows) <= dimensions:
        rows = np.arange(len(proba))
    gram = np.zeros((dimensions + 1, dimensions + 1))
    moment = np.zeros((dimensions + 1, proba.shape[1]))
    for start in range(0, len(rows), BLOCK):
        part = rows[start : start + BLOCK]
        inputs = np.column_stack([features[part].astype(np.float64), np.ones(len(part))])
        gram += inputs.T @ inputs
        moment += inputs.T @ centred_log(proba[part])
    solution = np.linalg.lstsq(gram, moment, rcond=1e-11)[0]
    return LinearHead(solution[:-1], solution[-1])


def centred_log(proba: Floats) -> NDArray[np.float64]:
    """Return logits of some probabilities: those that sum to zero.

    Parameters
    ----------
    proba : ndarray, shape (n, n_classes)
        Probabilities; those under `FAINTEST` are taken for it.

    Returns
    -------
    ndarray of float64, shape (n, n_classes)
        Logits.
    """
    logs = np.log(np.maximum(proba, FAINTEST, dtype=np.float64))
    return np.asarray(logs - logs.mean(axis=1, keepdims=True))

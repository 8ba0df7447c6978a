"""Softmax regressions of sets that differ by one row each, fitted side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.strategies.mathematics.alike_minima import minima, row_dots
from albench.strategies.mathematics.softmax_head import LinearHead

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from albench.strategies.query import Floats

    Doubles = NDArray[np.float64]
    Labels = NDArray[np.intp]


ABREAST = 20
"""How many are fitted at once: what L-BFGS remembers of each is twenty times as large as a head."""


def heads_after_each(  # the data and how to fit
    labelled: tuple[Floats, Labels],
    more: tuple[Floats, Labels],
    n_classes: int,
    *,
    start: LinearHead,
    iterations: int,
    ridge: float = 1.0,
) -> list[LinearHead]:
    """Return the heads that `softmax_head.fit_head` fits to a labelled set and one row more.

    Parameters
    ----------
    labelled : tuple of ndarray
        Finite vectors, ``(n, D)``, and class numbers, ``(n,)``; maybe none.
    more : tuple of ndarray
        The same of the rows that are added, each to a set of its own: ``(m, D)`` and ``(m,)``.
    n_classes : int
        The number of classes.
    start : LinearHead
        Where to begin.
    iterations : int
        The largest number of L-BFGS steps, at most ten.
    ridge : float
        The penalty on half the squared weights, beside a sum of losses.

    Returns
    -------
    list of LinearHead
        One for each row that is added. Sums are in float64, unlike those of `fit_head`.
    """
    heads: list[LinearHead] = []
    for first in range(0, len(more[1]), ABREAST):
        part = more[0][first : first + ABREAST], more[1][first : first + ABREAST]
        sets = _Sets(labelled, part, n_classes, ridge)
        heads += sets.heads(minima(sets.losses, sets.begin(start), iterations))
    return heads


class _Sets:
    """The losses of heads on standardised columns, each on the common rows and one of its own.

    Vectors have an entry of 1 for the bias. The logits of the true classes are linear in the
    weights, so their sum, and its slope, are those of sums of vectors that are made once.
    """

    def __init__(
        self,
        labelled: tuple[Floats, Labels],
        more: tuple[Floats, Labels],
        n_classes: int,
        ridge: float,
    ) -> None:
        self.rows, self.own = (_with_ones(vectors) for vectors, _ in (labelled, more))
        self.shape = len(self.own), n_classes, self.own.shape[1]
        self.ridge = ridge
        self.mean, self.scale = self._moments()
        classes = np.eye(n_classes)
        sums = classes[labelled[1]].T @ self.rows + classes[more[1]][:, :, None] * self.own[:, None]
        self.wanted = self._in_units(sums)
        # The last row is each set's own, and counted apart.
        self.rows = np.vstack([self.rows, np.zeros((1, self.shape[2]))])

    def _moments(self) -> tuple[Doubles, Doubles]:
        """Return the mean and scale of each set's columns, 0 and 1 of the bias."""
        n, size = self.rows.shape
        mean = self.rows.mean(axis=0) if n else np.zeros(size)
        squares = ((self.rows - mean) ** 2).sum(axis=0)
        away = self.own - mean
        means = mean + away / (n + 1)
        scale = np.sqrt((squares + away * (self.own - means)) / (n + 1))
        scale[scale <= 1e-6 * np.abs(means) + 1e-12] = 1.0  # a constant column is rounding
        means[:, -1] = 0
        return means[:, None], scale[:, None]

    def _in_units(self, sums: Doubles, which: Labels | slice = slice(None)) -> Doubles:
        """Return what sums of vectors, ``(k, n_classes, D + 1)``, are of standardised ones."""
        return np.asarray((sums - sums[..., -1:] * self.mean[which]) / self.scale[which])

    def _in_vectors(self, points: Doubles, which: Labels | slice = slice(None)) -> Doubles:
        """Return the weights, the bias last, in the vectors' own units."""
        weights = points.reshape(-1, *self.shape[1:]) / self.scale[which]
        weights[..., -1] -= np.matmul(weights, self.mean[which].swapaxes(1, 2))[..., 0]
        return weights

    def begin(self, head: LinearHead) -> Doubles:
        """Return a head in the units of each set, flat."""
        weights = np.column_stack([head.weights.T, head.bias]) * self.scale
        weights[..., -1] += self.mean[:, 0, :-1] @ head.weights
        return weights.reshape(self.shape[0], -1)

    def heads(self, points: Doubles) -> list[LinearHead]:
        """Return what `begin` was given."""
        return [LinearHead(one[:, :-1].T, one[:, -1]) for one in self._in_vectors(points)]

    def losses(self, points: Doubles, which: Labels | slice) -> tuple[Doubles, Doubles]:
        """Return the losses of some sets and their slopes."""
        n_classes, size = self.shape[1:]
        weights, own = self._in_vectors(points, which), self.own[which]
        logits = (weights.reshape(-1, size) @ self.rows.T).reshape(-1, n_classes, len(self.rows))
        logits[..., -1] = np.matmul(weights, own[..., None])[..., 0]
        top = logits.max(axis=1, keepdims=True)
        logits -= top
        proba = np.exp(logits, out=logits)
        sums = proba.sum(axis=1, keepdims=True)
        proba /= sums
        top += np.log(sums)
        pull = (proba.reshape(-1, len(self.rows)) @ self.rows).reshape(weights.shape)
        pull += proba[..., -1:] * own[:, None]
        slopes = self._in_units(pull, which)
        slopes -= self.wanted[which]
        wanted = self.wanted[which].reshape(points.shape)
        values = top.sum(axis=(1, 2)) + row_dots(points, 0.5 * self.ridge * points - wanted)
        return values, slopes.reshape(points.shape) + self.ridge * points


def _with_ones(vectors: Floats) -> Doubles:
    return np.column_stack([vectors.astype(np.float64), np.ones(len(vectors))])

"""Ordinary and odd pools for querying strategies, with a linear model."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import softmax

from albench.api import PoolView

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from numpy.typing import NDArray

    from albench.api import PoolSource

    Floats = NDArray[np.floating[Any]]
    Integers = NDArray[np.intp]

N_POOL, N_LABELLED, N_CLASSES = 60, 20, 3
LENGTH = 3
"""The length of a sample's vector."""


@dataclass(frozen=True, eq=False, kw_only=True)
class LinearSource:
    """A pool source with a linear head on concatenated vectors; sample ``i`` has vector ``i``.

    Parameters
    ----------
    vectors : mapping of str to ndarray, shape (n_samples, LENGTH)
        Of each modality.
    weights : ndarray, shape (n_modalities * LENGTH, n_classes)
        Of the head.
    bias : ndarray, shape (n_classes,)
        Of the head.
    floor : float
        The smallest probability; 0 lets them saturate.
    precision : type
        Of all outputs.
    """

    vectors: Mapping[str, Floats]
    weights: Floats
    bias: Floats
    floor: float = 0.0
    precision: type[np.floating[Any]] = np.float32

    def proba(self, candidates: Integers) -> Floats:
        """Return ``(n, n_classes)`` probabilities of one deterministic pass."""
        return self._proba(self._fused(candidates))

    def embeddings(self, candidates: Integers) -> Floats:
        """Return ``(n, D)`` fused vectors."""
        return self._fused(candidates).astype(self.precision)

    def dropout_proba(self, candidates: Integers, passes: int) -> Iterator[Floats]:
        """Yield ``(n, n_classes)`` once per pass; the same passes each time it is called."""
        fused = self._fused(candidates)
        for number in range(passes):
            kept = np.random.default_rng((1, number)).random(fused.shape[1]) < 0.7
            yield self._proba(fused * kept / 0.7)

    def committee_proba(self, candidates: Integers, members: int) -> Iterator[Floats]:
        """Yield ``(n, n_classes)`` once per member."""
        fused = self._fused(candidates)
        for number in range(members):
            # A factor per feature and none per class, since class numbers must not matter.
            factors = np.random.default_rng((2, number)).normal(1.0, 0.5, (len(self.weights), 1))
            yield self._proba(fused, self.weights * factors)

    def stream_embeddings(self, candidates: Integers) -> Mapping[str, Floats]:
        """Return ``(n, LENGTH)`` vectors of each modality."""
        return {name: rows.astype(self.precision) for name, rows in self._rows(candidates).items()}

    def masked_proba(self, candidates: Integers, kept: tuple[str, ...]) -> Floats:
        """Return ``(n, n_classes)`` with all but the `kept` modalities at their mean vector."""
        means = {name: np.nanmean(table, axis=0) for name, table in self.vectors.items()}
        rows = {
            name: own if name in kept else np.broadcast_to(means[name], own.shape)
            for name, own in self._rows(candidates).items()
        }
        return self._proba(np.hstack(list(rows.values())))

    def hidden_labels(self, candidates: Integers) -> Integers:
        """Return ``(n,)`` true class numbers; here the model is always right."""
        return np.asarray(self.proba(candidates).argmax(axis=1), np.intp)

    def _rows(self, candidates: Integers) -> dict[str, Floats]:
        columns = zip(self.vectors.items(), candidates.T, strict=True)
        return {name: table[column] for (name, table), column in columns}

    def _fused(self, candidates: Integers) -> Floats:
        return np.hstack(list(self._rows(candidates).values()))

    def _proba(self, fused: Floats, weights: Floats | None = None) -> Floats:
        logits = fused @ (self.weights if weights is None else weights) + self.bias
        proba = softmax(logits, axis=1)
        return np.asarray((1 - self.floor * proba.shape[1]) * proba + self.floor, self.precision)


@dataclass(frozen=True, eq=False, kw_only=True)
class Problem:
    """A pool and a labelled set, with a model.

    Parameters
    ----------
    source : LinearSource
        The model.
    candidates : ndarray of int, shape (n_labelled + n_pool, n_modalities)
        The labelled ones first.
    subjects, labels : ndarray of int, shape (n_labelled + n_pool,)
        Of the candidates; a view shows the labels of the labelled set only.
    n_labelled : int
        How many are labelled.
    n_classes : int
        How many classes the task has.
    order : ndarray of int or None
        The order in which the pool is shown; None is that of `candidates`.
    round : int
        The number of the round, from 1.
    """

    source: LinearSource
    candidates: Integers
    subjects: Integers
    labels: Integers
    n_labelled: int
    n_classes: int
    order: Integers | None = field(default=None)
    round: int = 1

    @cached_property
    def pool(self) -> Integers:
        """The rows of `candidates` that are in the pool, in the order of positions."""
        rows = np.arange(self.n_labelled, len(self.candidates))
        return rows if self.order is None else rows[self.order]

    def in_order(self, order: Integers) -> Problem:
        """Return the same problem with its pool in another order, or with a part of it.

        Its position ``i`` is position ``order[i]`` of `candidates`.
        """
        return replace(self, order=order)

    def in_precision(self, precision: type[np.floating[Any]]) -> Problem:
        """Return the same problem with a model of another precision, such as ``numpy.float64``."""
        return replace(self, source=replace(self.source, precision=precision))

    def with_classes(self, order: Integers) -> Problem:
        """Return the same problem with new class ``i`` in place of class ``order[i]``."""
        own = self.source
        source = replace(own, weights=own.weights[:, order], bias=own.bias[order])
        return replace(self, source=source, labels=np.argsort(order)[self.labels])

    def view(self, needs: Collection[str], source: PoolSource | None = None) -> PoolView:
        """Return a new view of the pool as a strategy sees it, with nothing computed.

        It reads from the problem's own source, unless another is given.
        """
        labelled = slice(0, self.n_labelled)
        return PoolView(
            source or self.source,
            needs=needs,
            modalities=tuple(self.source.vectors),
            n_classes=self.n_classes,
            candidates=self.candidates[self.pool],
            subjects=self.subjects[self.pool],
            labelled_candidates=self.candidates[labelled].copy(),
            labelled_subjects=self.subjects[labelled].copy(),
            labels=self.labels[labelled].copy(),
            round=self.round,
            tell_labels=getattr(source or self.source, "hidden_labels", None),
        )


def problem(
    n_modalities: int = 2,
    *,
    n_pool: int = N_POOL,
    n_labelled: int = N_LABELLED,
    classes: tuple[int, ...] = (0, 1, 2),
    n_classes: int = N_CLASSES,
    seed: int = 0,
) -> Problem:
    """Return a problem of Gaussian vectors, in which no two candidates are alike.

    Parameters
    ----------
    n_modalities : int
        How many.
    n_pool : int
        How many candidates without a label.
    n_labelled : int
        How many with one.
    classes : tuple of int
        The classes that the labelled set has.
    n_classes : int
        How many classes there are.
    seed : int
        Of the vectors.

    Returns
    -------
    Problem
        Four candidates a subject, one sample a candidate in each modality.
    """
    rng = np.random.default_rng(seed)
    n = n_labelled + n_pool
    vectors = {f"m{i}": rng.normal(size=(n, LENGTH)) for i in range(n_modalities)}
    samples = rng.permutation(n)
    return Problem(
        source=LinearSource(
            vectors=vectors,
            weights=rng.normal(size=(LENGTH * n_modalities, n_classes)),
            bias=rng.normal(scale=0.3, size=n_classes),
        ),
        candidates=np.tile(samples[:, None], (1, n_modalities)),
        subjects=samples // 4,
        labels=np.resize(np.array(classes, dtype=np.intp), n),
        n_labelled=n_labelled,
        n_classes=n_classes,
    )


def with_vectors(
    base: Problem, change: Callable[[Floats], Floats], *, scale: float = 1.0, floor: float = 0.0
) -> Problem:
    """Return the problem with changed vectors, and with a head of another scale.

    `change` takes and returns the vectors ``(n_samples, LENGTH)`` of a modality. With a scale of 0,
    all probabilities are equal; `floor` is the least probability.
    """
    vectors = {name: change(table.copy()) for name, table in base.source.vectors.items()}
    source = replace(
        base.source,
        vectors=vectors,
        weights=base.source.weights * scale,
        bias=base.source.bias * min(scale, 1.0),
        floor=floor,
    )
    return replace(base, source=source)

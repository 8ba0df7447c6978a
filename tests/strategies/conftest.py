"""Pools to try strategies on: written out by hand, or served by a small linear model."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy.special import softmax

from albench.api import PoolView
from albench.api.needs import GRANTED, NEEDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from numpy.typing import NDArray


@dataclass
class TableSource:
    """Serves numbers that a test wrote out; candidate ``(i,)`` is row ``i`` of every table."""

    tables: Mapping[str, Any]

    def proba(self, candidates: NDArray[np.intp]) -> NDArray[np.float32]:
        return self._rows("proba", candidates)

    def embeddings(self, candidates: NDArray[np.intp]) -> NDArray[np.float32]:
        return self._rows("embeddings", candidates)

    def dropout_proba(
        self, candidates: NDArray[np.intp], passes: int
    ) -> Iterator[NDArray[np.float32]]:
        for proba in self.tables["dropout"][:passes]:
            yield np.asarray(proba, dtype=np.float32)[candidates[:, 0]]

    def committee_proba(
        self, candidates: NDArray[np.intp], members: int
    ) -> Iterator[NDArray[np.float32]]:
        for proba in self.tables["committee"][:members]:
            yield np.asarray(proba, dtype=np.float32)[candidates[:, 0]]

    def stream_embeddings(self, candidates: NDArray[np.intp]) -> Mapping[str, NDArray[np.float32]]:
        return {
            name: np.asarray(rows, dtype=np.float32)[candidates[:, 0]]
            for name, rows in self.tables["streams"].items()
        }

    def masked_proba(
        self, candidates: NDArray[np.intp], kept: tuple[str, ...]
    ) -> NDArray[np.float32]:
        return np.asarray(self.tables["masked"][kept], dtype=np.float32)[candidates[:, 0]]

    def _rows(self, name: str, candidates: NDArray[np.intp]) -> NDArray[np.float32]:
        return np.asarray(self.tables[name], dtype=np.float32)[candidates[:, 0]]


@dataclass
class LinearSource:
    """Serves what a linear head on concatenated streams says; sample ``i`` has vector ``i``."""

    streams: dict[str, NDArray[np.float64]]
    weights: NDArray[np.float64]
    broken: frozenset[int] = frozenset()  # samples of the first modality that give NaN
    precision: type[np.floating[Any]] = np.float32

    def proba(self, candidates: NDArray[np.intp]) -> NDArray[np.float32]:
        return self._proba(self.embeddings(candidates))

    def embeddings(self, candidates: NDArray[np.intp]) -> NDArray[np.float32]:
        return np.hstack(list(self.stream_embeddings(candidates).values()))

    def dropout_proba(
        self, candidates: NDArray[np.intp], passes: int
    ) -> Iterator[NDArray[np.float32]]:
        embeddings = self.embeddings(candidates)
        for i in range(passes):
            kept = np.random.default_rng(i).random(embeddings.shape[1]) < 0.5
            yield self._proba(embeddings * kept * 2)

    def committee_proba(
        self, candidates: NDArray[np.intp], members: int
    ) -> Iterator[NDArray[np.float32]]:
        for i in range(members):
            other = np.random.default_rng(i).normal(size=self.weights.shape)
            yield softmax(self.embeddings(candidates) @ other, axis=1).astype(self.precision)

    def stream_embeddings(self, candidates: NDArray[np.intp]) -> Mapping[str, NDArray[np.float32]]:
        vectors = {
            name: rows[candidates[:, i]].astype(self.precision)
            for i, (name, rows) in enumerate(self.streams.items())
        }
        first = next(iter(vectors))
        vectors[first][np.isin(candidates[:, 0], list(self.broken))] = np.nan
        return vectors

    def masked_proba(
        self, candidates: NDArray[np.intp], kept: tuple[str, ...]
    ) -> NDArray[np.float32]:
        vectors = dict(self.stream_embeddings(candidates))
        for name in set(self.streams) - set(kept):
            vectors[name] = np.tile(self.streams[name].mean(axis=0), (len(candidates), 1))
        return self._proba(np.hstack(list(vectors.values())))

    def _proba(self, embeddings: NDArray[Any]) -> NDArray[np.float32]:
        return np.asarray(softmax(embeddings @ self.weights, axis=1), dtype=self.precision)


@dataclass(frozen=True)
class Cohort:
    """A cohort that a linear model knows, and a way to show its pool."""

    source: LinearSource
    candidates: NDArray[np.intp]
    subjects: NDArray[np.intp]
    labels: NDArray[np.intp]
    n_labelled: int
    n_classes: int = 3
    names: tuple[str, ...] = field(default=("a", "b"))

    def view(
        self,
        *,
        needs: Any = NEEDS | GRANTED,
        order: NDArray[np.intp] | None = None,
        size: int | None = None,
    ) -> PoolView:
        """Return the pool, reordered or cut if wanted."""
        k = self.n_labelled
        pool = np.arange(k, len(self.candidates))[:size]
        pool = pool if order is None else pool[order]
        return PoolView(
            self.source,
            needs=needs,
            modalities=self.names,
            n_classes=self.n_classes,
            candidates=self.candidates[pool],
            subjects=self.subjects[pool],
            labelled_candidates=self.candidates[:k],
            labelled_subjects=self.subjects[:k],
            labels=self.labels[:k],
            tell_labels=lambda asked: asked[:, 0] % self.n_classes,
        )


def linear_cohort(  # each argument is one way in which a pool can be odd
    n: int = 80,
    *,
    seed: int = 0,
    modalities: int = 2,
    scale: float = 1.0,
    classes: tuple[int, ...] = (0, 1, 2),
    n_classes: int = 3,
    n_labelled: int = 20,
    copies: int = 1,
    constant: bool = False,
    broken: tuple[int, ...] = (),
) -> Cohort:
    rng = np.random.default_rng(seed)
    names = tuple("abcd"[:modalities])
    samples = max(1, (n + n_labelled) // copies)
    streams = {name: rng.normal(size=(samples, 3)) * (not constant) for name in names}
    weights = rng.normal(size=(3 * modalities, n_classes)) * scale
    candidates = np.repeat(np.arange(samples), copies)[: n + n_labelled]
    candidates = rng.permutation(np.resize(candidates, n + n_labelled))
    grid = np.tile(candidates[:, None], (1, modalities))
    return Cohort(
        LinearSource(streams, weights, frozenset(broken)),
        candidates=grid,
        subjects=candidates // 4,
        labels=rng.choice(classes, size=len(grid)),
        n_labelled=n_labelled,
        n_classes=n_classes,
        names=names,
    )


COHORTS: dict[str, Callable[[], Cohort]] = {
    "plain": linear_cohort,
    "one modality": lambda: linear_cohort(modalities=1),
    "four modalities": lambda: linear_cohort(modalities=4),
    "every candidate four times": lambda: linear_cohort(copies=4),
    "one sample only": lambda: linear_cohort(copies=100),
    "constant features": lambda: linear_cohort(constant=True),
    "saturated probabilities": lambda: linear_cohort(scale=1e4),
    "flat probabilities": lambda: linear_cohort(scale=0.0),
    "some NaN": lambda: linear_cohort(broken=(*range(0, 30, 3),)),
    "only NaN": lambda: linear_cohort(broken=(*range(100),)),
    "one class labelled": lambda: linear_cohort(classes=(1,)),
    "a class not labelled": lambda: linear_cohort(classes=(0, 2)),
    "two classes": lambda: linear_cohort(classes=(0, 1), n_classes=2),
    "one label": lambda: linear_cohort(n_labelled=1),
    "no labels": lambda: linear_cohort(n_labelled=0),
    "three candidates": lambda: linear_cohort(3),
}


@pytest.fixture
def cohort() -> Callable[..., Cohort]:
    """A factory of cohorts that a linear model knows."""
    return linear_cohort


@pytest.fixture(params=COHORTS, ids=str)
def any_cohort(request: pytest.FixtureRequest) -> Cohort:
    """Each of the odd cohorts in turn."""
    return COHORTS[request.param]()


@pytest.fixture
def make_pool() -> Callable[..., PoolView]:
    """A factory of pools whose numbers the test writes out, the labelled rows after the pool's."""

    def make(
        n: int,
        *,
        labels: Any = (),
        subjects: Any = None,
        candidates: Any = None,
        n_classes: int | None = None,
        modalities: tuple[str, ...] = ("a",),
        tell_labels: Any = None,
        **tables: Any,
    ) -> PoolView:
        everyone = np.arange(n + len(labels))
        subjects = everyone if subjects is None else np.asarray(subjects)
        rows = everyone[:, None] if candidates is None else np.asarray(candidates)
        return PoolView(
            TableSource(tables),
            needs=NEEDS | GRANTED,
            modalities=modalities,
            n_classes=n_classes or np.shape(tables.get("proba", np.zeros((0, 2))))[1],
            candidates=rows[:n],
            subjects=subjects[:n],
            labelled_candidates=rows[n:],
            labelled_subjects=subjects[n:],
            labels=np.asarray(labels, dtype=np.intp),
            tell_labels=tell_labels,
        )

    return make


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)

"""Pools to try strategies on: written out by hand, or served by a small linear model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy.special import softmax

from albench.api import PoolView
from albench.api.needs import GRANTED, NEEDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from numpy.typing import NDArray


N_CLASSES = 3


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
            yield softmax(self.embeddings(candidates) @ other, axis=1).astype(np.float32)

    def stream_embeddings(self, candidates: NDArray[np.intp]) -> Mapping[str, NDArray[np.float32]]:
        return {
            name: rows[candidates[:, i]].astype(np.float32)
            for i, (name, rows) in enumerate(self.streams.items())
        }

    def masked_proba(
        self, candidates: NDArray[np.intp], kept: tuple[str, ...]
    ) -> NDArray[np.float32]:
        vectors = dict(self.stream_embeddings(candidates))
        for name in set(self.streams) - set(kept):
            vectors[name] = np.tile(self.streams[name].mean(axis=0), (len(candidates), 1))
        return self._proba(np.hstack(list(vectors.values())))

    def _proba(self, embeddings: NDArray[Any]) -> NDArray[np.float32]:
        return np.asarray(softmax(embeddings @ self.weights, axis=1), dtype=np.float32)


@dataclass(frozen=True)
class Cohort:
    """A cohort that a linear model knows, and a way to show its pool."""

    source: LinearSource
    candidates: NDArray[np.intp]
    subjects: NDArray[np.intp]
    labels: NDArray[np.intp]
    n_labelled: int

    def view(self, *, needs: Any = NEEDS | GRANTED) -> PoolView:
        """Return the pool, which is all behind the labelled ones."""
        k = self.n_labelled
        return PoolView(
            self.source,
            needs=needs,
            modalities=("a", "b"),
            n_classes=N_CLASSES,
            candidates=self.candidates[k:],
            subjects=self.subjects[k:],
            labelled_candidates=self.candidates[:k],
            labelled_subjects=self.subjects[:k],
            labels=self.labels[:k],
            tell_labels=lambda asked: asked[:, 0] % N_CLASSES,
        )


def linear_cohort(n: int = 80, *, n_labelled: int = 20) -> Cohort:
    rng = np.random.default_rng(0)
    streams = {name: rng.normal(size=(n + n_labelled, 3)) for name in ("a", "b")}
    weights = rng.normal(size=(6, N_CLASSES))
    candidates = rng.permutation(n + n_labelled)
    return Cohort(
        LinearSource(streams, weights),
        candidates=np.tile(candidates[:, None], (1, 2)),
        subjects=candidates // 4,
        labels=rng.choice(N_CLASSES, size=n + n_labelled),
        n_labelled=n_labelled,
    )


@pytest.fixture
def cohort() -> Callable[..., Cohort]:
    """A factory of cohorts that a linear model knows."""
    return linear_cohort


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

"""Pools that a small linear model serves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy.special import softmax

from albench.api import PoolView
from albench.api.needs import NEEDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray


class LinearSource:
    """Serves what a linear head on vectors says; candidate ``(i,)`` has vector ``i``."""

    def __init__(self, vectors: NDArray[np.float64], weights: NDArray[np.float64]) -> None:
        self.vectors = vectors.astype(np.float32)
        self.weights = weights.astype(np.float32)

    def embeddings(self, candidates: NDArray[np.intp]) -> NDArray[np.float32]:
        return self.vectors[candidates[:, 0]]

    def proba(self, candidates: NDArray[np.intp]) -> NDArray[np.float32]:
        return self._proba(candidates, self.weights)

    def dropout_proba(
        self, candidates: NDArray[np.intp], passes: int
    ) -> Iterator[NDArray[np.float32]]:
        for i in range(passes):
            kept = np.random.default_rng(i).random((len(self.weights), 1)) < 0.5
            yield self._proba(candidates, 2 * self.weights * kept)

    def committee_proba(
        self, candidates: NDArray[np.intp], members: int
    ) -> Iterator[NDArray[np.float32]]:
        for i in range(members):
            yield self._proba(candidates, np.random.default_rng(i).normal(size=self.weights.shape))

    def stream_embeddings(self, candidates: NDArray[np.intp]) -> dict[str, NDArray[np.float32]]:
        return {"a": self.embeddings(candidates)}

    def masked_proba(
        self, candidates: NDArray[np.intp], kept: tuple[str, ...]
    ) -> NDArray[np.float32]:
        return self._proba(candidates, self.weights * bool(kept))

    def _proba(self, candidates: NDArray[np.intp], weights: Any) -> NDArray[np.float32]:
        logits = self.embeddings(candidates) @ weights
        return np.asarray(softmax(logits, axis=1), dtype=np.float32)


@pytest.fixture
def make_pool() -> Callable[..., PoolView]:
    """A factory of pools of a given size."""

    def make(
        n: int = 40,
        *,
        n_labelled: int = 15,
        copies: int = 1,
        broken: int = 0,
        needs: Any = NEEDS,
        classes: int = 3,
    ) -> PoolView:
        rng = np.random.default_rng(0)
        vectors = np.repeat(rng.normal(size=(n + n_labelled, 5)), copies, axis=0)[: n + n_labelled]
        vectors[:broken] = np.nan
        everyone = np.arange(n + n_labelled)
        return PoolView(
            LinearSource(vectors, rng.normal(size=(5, classes))),
            needs=needs,
            modalities=("a",),
            n_classes=classes,
            candidates=everyone[:n, None],
            subjects=everyone[:n],
            labelled_candidates=everyone[n:, None],
            labelled_subjects=everyone[n:],
            labels=everyone[n:] % classes,
        )

    return make

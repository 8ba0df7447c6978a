"""What a trained network says of the candidates of one part, computed in factors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from albench.learn.sample_vectors import SampleVectors
from albench.learn.train_eval_modes import evaluating
from albench.seeds import torch_seeded

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from numpy.typing import NDArray

    from albench.api.model import Network
    from albench.learn.store import SampleStore

    Floats = NDArray[np.float32]
    Vectors = Mapping[str, torch.Tensor]
    Places = Mapping[str, NDArray[np.intp]]

_FUSED_AT_ONCE = 4096
"""Candidates that are fused at once: enough to fill a core, and megabytes of vectors."""


class Prediction:
    """Answers about candidates, each unique sample being encoded once.

    It holds for one state of the network: after training a new one is needed. Candidates are
    rows of sample numbers, ``(n, n_modalities)``.

    Parameters
    ----------
    module : Network
        The network.
    store : SampleStore
        The part that the candidates belong to.
    device : torch.device
        Where the network is.
    """

    def __init__(self, module: Network, store: SampleStore, device: torch.device) -> None:
        self._module = module
        self._store = store
        self._vectors = SampleVectors(module, store, device)

    def proba(self, candidates: NDArray[np.intp]) -> Floats:
        """Return class probabilities of a deterministic pass, ``(n, n_classes)``."""
        with evaluating(self._module):
            return self._in_chunks(self._store.places(candidates), self._fused)

    def dropout_proba(
        self, candidates: NDArray[np.intp], passes: int, seed: int
    ) -> Iterator[Floats]:
        """Yield class probabilities of passes with dropout; only the fusion is repeated.

        Each is ``(n, n_classes)``. The same seed of the masks gives the same passes.
        """
        places = self._store.places(candidates)
        # Encoded before dropout is switched on, and before seeding.
        gathered: Vectors | None = self._vectors.at(places)
        if len(candidates) > _FUSED_AT_ONCE:
            gathered = None  # of a large pool each pass gathers chunk by chunk
        for number in range(passes):
            state = np.random.SeedSequence((seed, number)).generate_state(1, np.uint64)
            # Inside the loop, so that nothing is left seeded while the caller has the pass.
            with (
                torch_seeded(int(state[0] >> np.uint64(1))),
                evaluating(self._module, dropout=True),
            ):
                proba = self._in_chunks(places, self._fused, gathered)
            yield proba

    def embeddings(self, candidates: NDArray[np.intp]) -> Floats:
        """Return fused vectors before the classifier, ``(n, D)``, without dropout."""
        with evaluating(self._module):
            return self._in_chunks(self._store.places(candidates), self._module.embed)

    def stream_embeddings(self, candidates: NDArray[np.intp]) -> dict[str, Floats]:
        """Return each modality's vectors before fusion, ``(n, d)``."""
        vectors = self._vectors.at(self._store.places(candidates))
        return {name: vectors[name].cpu().numpy() for name in self._store.columns}

    def masked_proba(self, candidates: NDArray[np.intp], kept: Collection[str]) -> Floats:
        """Return class probabilities ``(n, n_classes)`` with some modalities at their mean vector.

        Those of `kept` stay as they are; the others are at the mean over all samples of the store.
        """
        masked = [name for name in self._store.columns if name not in kept]
        means = {name: self._vectors.all(name).mean(0) for name in masked}

        def fused(vectors: Vectors) -> torch.Tensor:
            filled = {name: mean.expand(len(vectors[name]), -1) for name, mean in means.items()}
            return self._fused({**vectors, **filled})

        with evaluating(self._module), torch.inference_mode():
            return self._in_chunks(self._store.places(candidates), fused)

    def all_vectors(self) -> dict[str, Floats]:
        """Return the vectors of every sample of the store.

        Returns
        -------
        dict of str to ndarray of float32, shape (k, d)
            In the order of `SampleStore.rows`.
        """
        return {name: self._vectors.all(name).cpu().numpy() for name in self._store.modalities}

    def _fused(self, vectors: Vectors) -> torch.Tensor:
        return torch.softmax(self._module.fuse(vectors), 1)

    def _in_chunks(
        self,
        places: Places,
        head: Callable[[Vectors], torch.Tensor],
        gathered: Vectors | None = None,
    ) -> Floats:
        """Return what a head gives; `gathered` are the vectors, where one chunk is all."""
        n = len(next(iter(places.values())))
        answer: Floats = np.empty((0, 0), dtype=np.float32)
        with torch.inference_mode():
            for start in range(0, max(n, 1), _FUSED_AT_ONCE):
                rows = slice(start, start + _FUSED_AT_ONCE)
                chunk = {name: where[rows] for name, where in places.items()}
                vectors = self._vectors.at(chunk) if gathered is None else gathered
                part = head(vectors).cpu().numpy()
                if start == 0:
                    # At once: small parts between large vectors would keep the heap from shrinking.
                    answer = np.empty((n, part.shape[1]), dtype=part.dtype)
                answer[rows] = part
        return answer

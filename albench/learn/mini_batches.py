"""Mini-batches of candidates, each gathered from the store at once."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import torch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from albench.learn.store import SampleStore

    Batch = tuple[dict[str, torch.Tensor], torch.Tensor]


class CandidateDataset:
    """Candidates and their labels, with the store that holds their samples.

    Parameters
    ----------
    store : SampleStore
        The part they belong to.
    candidates : ndarray of int, shape (n, n_modalities)
        Sample numbers.
    labels : ndarray of int, shape (n,)
        Class numbers.
    """

    def __init__(
        self, store: SampleStore, candidates: NDArray[np.intp], labels: NDArray[np.intp]
    ) -> None:
        self._store = store
        self._places = store.places(candidates)
        self.labels = torch.from_numpy(np.asarray(labels, dtype=np.int64))

    def __len__(self) -> int:
        return len(self.labels)

    def __getitems__(self, positions: NDArray[np.intp]) -> Batch:
        samples = {
            name: self._store.take(name, places[positions]) for name, places in self._places.items()
        }
        return samples, self.labels[torch.from_numpy(positions)]


class BatchOrder:
    """Which candidates each batch takes: in a new random order each time, or in their own.

    Parameters
    ----------
    n : int
        How many candidates there are.
    batch_size : int
        The most candidates a batch. All batches are as equal as possible: in a small rest the
        statistics of batch normalisation are noise, and behind it the network's running ones are
        too. None has one candidate, which cannot be normalised, unless asked for or alone.
    rng : numpy.random.Generator or None
        Draws each pass's order; None keeps the candidates' own.
    """

    def __init__(self, n: int, batch_size: int, rng: np.random.Generator | None = None) -> None:
        self._n = n
        self._rng = rng
        n_batches = math.ceil(n / batch_size)
        if batch_size > 1:
            n_batches = min(n_batches, max(n // 2, 1 if n else 0))
        bounds = [n * i // n_batches for i in range(n_batches + 1)] if n else []
        self._slices = [slice(*ends) for ends in pairwise(bounds)]

    def __len__(self) -> int:
        return len(self._slices)

    def __iter__(self) -> Iterator[NDArray[np.intp]]:
        order = np.arange(self._n) if self._rng is None else self._rng.permutation(self._n)
        for positions in self._slices:
            yield order[positions]


class MiniBatches:
    """Mini-batches of a dataset.

    Parameters
    ----------
    dataset : CandidateDataset
        What to batch.
    batch_size : int
        The most candidates a batch; see `BatchOrder`.
    rng : numpy.random.Generator or None
        Draws each pass's order; None keeps the dataset's.
    """

    def __init__(
        self, dataset: CandidateDataset, batch_size: int, rng: np.random.Generator | None = None
    ) -> None:
        self._dataset = dataset
        self._order = BatchOrder(len(dataset), batch_size, rng)

    def __len__(self) -> int:
        return len(self._order)

    def __iter__(self) -> Iterator[Batch]:
        for positions in self._order:
            yield self._dataset.__getitems__(positions)

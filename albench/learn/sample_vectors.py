"""Vectors of samples: each sample is encoded once, however many candidates it is part of."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import torch

from albench.learn.mapped_rows import IN_MEMORY
from albench.learn.train_eval_modes import evaluating

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from albench.api.model import Network
    from albench.learn.store import SampleStore

_ELEMENTS = 2**20
"""Numbers of samples encoded at once: 8 images of 224 pixels, hundreds of vectors."""


class SampleVectors:
    """The vectors of a store's samples under one network, computed when first asked for.

    Samples are encoded in blocks whose bounds do not depend on what was asked for, so that a
    vector's last bits do not depend on it either.

    Parameters
    ----------
    module : Network
        One whose weights do not change as long as this lives.
    store : SampleStore
        The samples.
    device : torch.device
        Where the network is.
    """

    def __init__(self, module: Network, store: SampleStore, device: torch.device) -> None:
        self._module = module
        self._store = store
        self._device = device
        self._vectors: dict[str, torch.Tensor] = {}
        self._done: dict[str, NDArray[np.bool_]] = {}

    def at(self, places: Mapping[str, NDArray[np.intp]]) -> dict[str, torch.Tensor]:
        """Return vectors, row for row.

        Parameters
        ----------
        places : mapping of str to ndarray of int, shape (n,)
            Places of each modality, as `SampleStore.places` gives them.

        Returns
        -------
        dict of str to Tensor, shape (n, d)
            On the network's device.
        """
        return {name: self._of(name, where) for name, where in places.items()}

    def all(self, modality: str) -> torch.Tensor:
        """Return the vectors of every sample of a modality.

        Parameters
        ----------
        modality : str
            Of the store.

        Returns
        -------
        Tensor, shape (k, d)
            In the order of `SampleStore.rows`.
        """
        return self._of(modality, np.arange(len(self._store.rows(modality))))

    def _of(self, name: str, places: NDArray[np.intp]) -> torch.Tensor:
        if self._is_not_kept(name) and len(places):
            return self._encode(name, places)
        block = max(8, _ELEMENTS // math.prod(self._store.shape(name)))
        n_rows = len(self._store.rows(name))
        done = self._done.setdefault(name, np.zeros(-(-n_rows // block), dtype=bool))
        # Of no samples too the first block is encoded, since it shows how long vectors are.
        asked = np.unique(places // block) if len(places) else np.zeros(1, dtype=np.intp)
        for number in asked[~done[asked]]:
            rows = np.arange(number * block, min((number + 1) * block, n_rows))
            encoded = self._encode(name, rows)
            if name not in self._vectors:
                self._vectors[name] = encoded.new_empty((n_rows, encoded.shape[1]))
            self._vectors[name][rows[0] : rows[-1] + 1] = encoded
            done[number] = True
        return self._vectors[name][torch.from_numpy(np.ascontiguousarray(places)).to(self._device)]

    def _is_not_kept(self, name: str) -> bool:
        size = len(self._store.rows(name)) * math.prod(self._store.shape(name))
        return size > IN_MEMORY and getattr(self._module, "passes_samples_on", False)

    def _encode(self, name: str, rows: NDArray[np.intp]) -> torch.Tensor:
        samples = self._store.take(name, rows).to(self._device)
        with torch.inference_mode(), evaluating(self._module):
            return self._module.encode(name, samples)

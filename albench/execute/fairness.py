"""Hashes of what all strategies of a repetition share: first weights, and the order of batches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.base import clone

from albench.api.modality import fingerprint
from albench.learn.mini_batches import BatchOrder
from albench.seeds import generator

if TYPE_CHECKING:
    from albench.execute.active_cell import ActiveCell


def initial_weights_hash(opened: ActiveCell) -> str:
    """Return the hash of a repetition's weights before any training, by any of its cells.

    It has 12 hexadecimal digits.
    """
    untrained = clone(opened.classifier)
    untrained.seeds = opened.seeds(0)
    return str(untrained.initialize().state_hash())[:12]


def batch_order_hash(opened: ActiveCell, n_labelled: int) -> str:
    """Return the hash of the order in which round 0's first epoch takes the labelled set.

    It has 12 hexadecimal digits, and is the same by any cell of the repetition; `n_labelled` is the
    size of the set.
    """
    size = opened.cell.model.training.batch_size
    batches = BatchOrder(n_labelled, size, generator(opened.seeds(0).batches))
    nothing = np.empty(0, dtype=np.intp)  # the order of a cold start
    return fingerprint(np.concatenate([nothing, *batches]).astype(np.int64))[:12]

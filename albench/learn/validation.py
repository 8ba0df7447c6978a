"""Early stopping, on a part of the labelled set."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import nn


def validation_mask(
    subjects: NDArray[np.intp], share: float, rng: np.random.Generator, fewest: int = 2
) -> NDArray[np.bool_]:
    """Return which labelled candidates validate: all those of some of the subjects.

    Parameters
    ----------
    subjects : ndarray of int, shape (n,)
        Of the labelled candidates. They are split whole, since candidates of one subject share
        samples.
    share : float
        Of the subjects, 0 to 1.
    rng : numpy.random.Generator
        Chooses them.
    fewest : int
        Subjects of which some are held out; at least two.

    Returns
    -------
    ndarray of bool, shape (n,)
        Nobody if there are fewer subjects than that.
    """
    distinct = np.unique(subjects)
    if share == 0 or len(distinct) < max(fewest, 2):
        return np.zeros(len(subjects), dtype=bool)
    n = min(max(round(share * len(distinct)), 1), len(distinct) - 1)
    return np.isin(subjects, rng.permutation(distinct)[:n])


class EarlyStop:
    """Keeps the weights of the best validation loss, and says when to stop.

    Parameters
    ----------
    module : Module
        Whose weights to keep.
    patience : int
        Epochs without a better loss that are borne.
    """

    def __init__(self, module: nn.Module, patience: int) -> None:
        self._module = module
        self._patience = patience
        self._best = np.inf
        self._waited = 0
        self._state = copy.deepcopy(module.state_dict())

    def is_due(self, loss: float) -> bool:
        """Return whether training should stop.

        Parameters
        ----------
        loss : float
            The validation loss of the latest epoch.

        Returns
        -------
        bool
            True once `patience` epochs in a row were no better than the best.
        """
        if loss < self._best:
            self._best, self._waited = loss, 0
            self._state = copy.deepcopy(self._module.state_dict())
        else:
            self._waited += 1
        return self._waited >= self._patience

    def restore_best(self) -> None:
        """Give the module the weights of its best epoch."""
        self._module.load_state_dict(self._state)

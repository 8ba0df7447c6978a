"""The supervisor's checks of a purchase: what is bought exists and is paid for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.cohort.subject_costs import affordable
from albench.errors import QueryFault

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from albench.cohort.acquisitions import Acquisitions


def require_acquired(
    terms: Acquisitions,
    acquired: NDArray[np.intp],
    before: NDArray[np.intp],
    owners: NDArray[np.intp],
) -> None:
    """Raise if modalities are not what a round may buy.

    Parameters
    ----------
    terms : Acquisitions
        What can be measured.
    acquired : ndarray
        What the child says was chosen.
    before : ndarray of int
        The codes of what was bought before.
    owners : ndarray of int
        The subjects' numbers of the candidates that have no label before the round.

    Raises
    ------
    QueryFault
        If any does not exist, is known already, is bought twice, or is of a subject outside
        the pool.
    """
    if acquired.ndim != 1 or acquired.dtype.kind not in "iu":
        raise QueryFault(f"measured an array of shape {acquired.shape} and type {acquired.dtype}")
    if not np.isin(acquired, terms.missing(owners, terms.held(before))).all():
        problem = "is known already, does not exist, or is of a subject outside the pool"
        raise QueryFault(f"measured what {problem}")
    if len(np.unique(acquired)) != len(acquired):
        raise QueryFault("measured a modality of a subject twice")


def require_paid(prices: NDArray[np.float64], left: float) -> None:
    """Raise `QueryFault`, naming the sum, if a round buys nothing, or for more than is left.

    Prices are of each thing that is bought.
    """
    if not len(prices):
        raise QueryFault(f"bought nothing for the {left:g} that could be spent")
    if affordable(prices, left) < len(prices):
        raise QueryFault(f"bought for more than the {left:g} that could be spent")

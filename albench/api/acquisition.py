"""The contract of a strategy that asks for modalities of subjects, and not for labels alone.

It is version 2 of what a strategy may be: its descriptor says ``api=ACQUISITION_API``. It runs
where a budget says which modalities are known at the start (``known``), and what is bought is paid
for piece by piece.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from albench.api.descriptors import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from albench.api.descriptors import Descriptor
    from albench.api.pool import PoolView

ACQUISITION_API = 2
"""The `Descriptor.api` of a strategy of this kind."""


def asks_for_modalities(descriptor: Descriptor) -> bool:
    """Return whether a plugin is a strategy of this kind.

    Parameters
    ----------
    descriptor : Descriptor
        Of any plugin.

    Returns
    -------
    bool
        By what its descriptor says.
    """
    return descriptor.kind is Kind.STRATEGY and descriptor.api == ACQUISITION_API


@dataclass(frozen=True)
class Request:
    """One thing that a strategy wants to be bought.

    Parameters
    ----------
    position : int
        Of any of the subject's candidates in the pool: it stands for the subject.
    modality : str or None
        What is to be measured of the subject; None asks for its label, with which the subject
        leaves the pool as it is known by then.
    """

    position: int
    modality: str | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class Offer:
    """What may be bought in a round.

    Parameters
    ----------
    money : float
        What may be spent.
    label_price : float
        What a subject's label costs.
    prices : ndarray of float, shape (n_modalities,)
        What measuring a modality of a subject costs, in the order of the pool's modalities.
    obtainable : ndarray of bool, shape (n_pool, n_modalities)
        What can be measured of each candidate's subject: what is not known yet, and is there to be
        measured.
    """

    money: float
    label_price: float
    prices: NDArray[np.float64]
    obtainable: NDArray[np.bool_]


class AcquisitionStrategy(Protocol):
    """Chooses which labels and which modalities to buy.

    It is rebuilt from its options for every query, as a `QueryStrategy` is.

    Attributes
    ----------
    needs : frozenset of str
        What it reads of the pool, in the words of `albench.api.needs`.
    """

    needs: frozenset[str]

    def __call__(self, pool: PoolView, offer: Offer, rng: np.random.Generator) -> Sequence[Request]:
        """Return what to buy, the most wanted first.

        Parameters
        ----------
        pool : PoolView
            The candidates without a label, with the modalities that are known of them:
            `PoolView.available` says which.
        offer : Offer
            What may be bought, and for how much.
        rng : numpy.random.Generator
            The only source of randomness a strategy may use.

        Returns
        -------
        sequence of Request
            They are bought in this order; the first that cannot be paid for ends the purchase, and
            what is left over is there in the next round. Several requests for one thing buy it
            once. After its label, nothing can be bought of a subject.
        """

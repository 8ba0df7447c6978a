"""Whatever costs least is bought first: what a budget comes to without a look at the data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.api import ACQUISITION_API
from albench.api.acquisition import Request
from albench.strategies.declaration import RANDOMISED, strategy

if TYPE_CHECKING:
    from albench.api.acquisition import Offer
    from albench.api.pool import PoolView


@strategy(
    "cheapest-first",
    "Whatever costs least, of modalities and labels.",
    api=ACQUISITION_API,
    modalities=(2, None),
    tags=RANDOMISED,
    cost="n log n",
    citation="a reference of ours",
)
class CheapestFirst:
    """Asks for what costs least; of things that cost the same, subjects come in random order."""

    needs: frozenset[str] = frozenset()

    def __call__(self, pool: PoolView, offer: Offer, rng: np.random.Generator) -> list[Request]:
        """Return requests, the cheapest first; see `albench.api.AcquisitionStrategy`.

        A subject's label comes after what else there is of it, even where it costs less.
        """
        _, first = np.unique(pool.subjects, return_index=True)
        cheap = np.argsort(offer.prices, kind="stable")
        requests = [
            (offer.prices[column], Request(int(place), pool.modalities[column]))
            for column in cheap
            for place in rng.permutation(first)
            if offer.obtainable[place, column]
        ]
        dearest = {request.position: price for price, request in requests}
        requests += [
            (max(offer.label_price, dearest.get(int(place), 0.0)), Request(int(place)))
            for place in rng.permutation(first)
        ]
        # Sorting keeps the order of equals: labels, which stand last, stay behind modalities.
        return [request for _, request in sorted(requests, key=lambda entry: entry[0])]

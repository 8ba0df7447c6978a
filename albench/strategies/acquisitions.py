"""The strategies that ask for modalities of subjects: version 2 of the contract, by themselves.

They are none of `albench.strategies.catalogue.every`, since they run only where a budget says what
is known at the start.
"""

from __future__ import annotations

from albench.api import ACQUISITION_API, Descriptor, Kind, needs

ACQUISITIONS = (
    Descriptor(
        name="cheapest-first",
        kind=Kind.STRATEGY,
        target="albench.strategies.multimodal.cheapest_first:CheapestFirst",
        summary="Whatever costs least, of modalities and labels.",
        api=ACQUISITION_API,
        modalities=(2, None),
        tags=frozenset({"randomised"}),
        cost="n log n",
        incomplete=True,
        citation="a reference of ours",
    ),
    Descriptor(
        name="expected-gain",
        kind=Kind.STRATEGY,
        target="albench.strategies.multimodal.expected_gain:ExpectedGain",
        summary="The modality or label that lowers entropy most for its price.",
        api=ACQUISITION_API,
        needs=frozenset({needs.PROBA, needs.MASKED_PROBA}),
        modalities=(2, None),
        cost="n log n",
        incomplete=True,
        citation="ours, after Saar-Tsechansky, Melville & Provost 2009, Active feature-value "
        "acquisition",
    ),
)

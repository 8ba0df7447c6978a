"""What a descriptor claims, in words; a claim that no check tested is a failure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench.api import Kind
from albench.api.acquisition import asks_for_modalities

if TYPE_CHECKING:
    from albench.api import Descriptor

MANY = 4
"""The number of modalities with which an unlimited range is tested."""

TRIED_TAGS = frozenset({"randomised", "coarse", "ordinal", "simulated"})
"""The tags with a claim that can be tested; others are for readers."""


def claims_of(descriptor: Descriptor) -> frozenset[str]:
    """Return all claims that a check can test, such as ``need proba`` or ``4 modalities``."""
    kind = descriptor.kind
    claims = {f"is a {kind}"} | {f"tag {name}" for name in descriptor.tags & TRIED_TAGS}
    if kind is not Kind.LOADER:
        claims |= {f"{count} modalities" for count in ends(descriptor)}
    if kind is Kind.STRATEGY:
        claims |= {f"need {name}" for name in descriptor.needs}
        claims |= set() if asks_for_modalities(descriptor) else {f"cost {descriptor.cost}"}
    if kind is Kind.MODEL:
        claims |= {f"provides {name}" for name in descriptor.provides}
    return frozenset(claims)


def ends(descriptor: Descriptor) -> tuple[int, ...]:
    """Return the smallest and the largest number of modalities that is claimed.

    An unlimited range ends at `MANY`, or at the smallest number if that is larger.
    """
    low, high = descriptor.modalities
    return (low, max(low, MANY) if high is None else high)


def counts(descriptor: Descriptor) -> tuple[int, ...]:
    """Return the numbers of modalities to test, ascending: 1, 2, 4 in the range, and its ends."""
    low, high = ends(descriptor)
    return tuple(sorted({low, high} | {count for count in (1, 2, MANY) if low <= count <= high}))


def usual_count(descriptor: Descriptor) -> int:
    """Return two, if the plugin works with two modalities, or the least that it works with."""
    allowed = counts(descriptor)
    return 2 if 2 in allowed else allowed[0]

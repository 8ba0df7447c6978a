"""All checks, by the kind of plugin that they are for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench.api import Kind
from albench.api.acquisition import asks_for_modalities
from albench.testing.checks import checks_in
from albench.testing.descriptors import descriptor_text, loading, options
from albench.testing.loaders import caching, fingerprint, leaks, modality, reading
from albench.testing.models import (
    after_training,
    building,
    embedding,
    encode_embed_fuse,
    large_batches,
    parameters,
    provided_needs,
    trunks,
)
from albench.testing.strategies import (
    acquisitions,
    across_processes,
    declared_needs,
    growth,
    hidden_labels,
    invariance,
    large_pools_and_late_rounds,
    pool_positions,
    randomness,
    sensitivity,
    side_effects,
    valid_answers,
)

if TYPE_CHECKING:
    from albench.api import Descriptor
    from albench.testing.checks import Check

# They are collected here and not in each package, since the other process that asks a strategy
# imports the strategies' package and must not import torch.
OF_DESCRIPTORS = checks_in(descriptor_text, options, loading)

OF_KIND = {
    Kind.LOADER: checks_in(modality, reading, caching, fingerprint, leaks),
    Kind.MODEL: checks_in(
        building,
        encode_embed_fuse,
        large_batches,
        embedding,
        parameters,
        after_training,
        trunks,
        provided_needs,
    ),
    Kind.STRATEGY: checks_in(
        valid_answers,
        invariance,
        pool_positions,
        sensitivity,
        randomness,
        declared_needs,
        large_pools_and_late_rounds,
        across_processes,
        side_effects,
        hidden_labels,
        growth,
    ),
}

OF_ACQUISITIONS = (declared_needs.needs_are_those_announced, *checks_in(acquisitions))


def checks_for(descriptor: Descriptor) -> tuple[Check, ...]:
    """Return the checks of one plugin, those of its descriptor first."""
    own = OF_ACQUISITIONS if asks_for_modalities(descriptor) else OF_KIND[descriptor.kind]
    return (*OF_DESCRIPTORS, *own)

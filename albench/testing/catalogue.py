"""All checks, by the kind of plugin that they are for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench.api import Kind
from albench.api.acquisition import asks_for_modalities
from albench.testing import descriptors, loaders, models
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

STRATEGY_CHECKS = (
    *valid_answers.CHECKS,
    *invariance.CHECKS,
    *pool_positions.CHECKS,
    *sensitivity.CHECKS,
    *randomness.CHECKS,
    *declared_needs.CHECKS,
    *large_pools_and_late_rounds.CHECKS,
    *across_processes.CHECKS,
    *side_effects.CHECKS,
    *hidden_labels.CHECKS,
    *growth.CHECKS,
)

_OF_KIND = {
    Kind.LOADER: loaders.CHECKS,
    Kind.MODEL: models.CHECKS,
    Kind.STRATEGY: STRATEGY_CHECKS,
}


def checks_for(descriptor: Descriptor) -> tuple[Check, ...]:
    """Return the checks of one plugin, those of its descriptor first.

    Parameters
    ----------
    descriptor : Descriptor
        Strategies keep one of two contracts.

    Returns
    -------
    tuple of Check
        In the order of reports.
    """
    if asks_for_modalities(descriptor):
        return (*descriptors.CHECKS, *acquisitions.CHECKS)
    return checks_of(descriptor.kind)


def checks_of(kind: Kind) -> tuple[Check, ...]:
    """Return the checks of a kind of plugin in the order of reports, its descriptor's first."""
    return (*descriptors.CHECKS, *_OF_KIND[kind])

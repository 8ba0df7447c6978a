"""All checks, by the kind of plugin that they are for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench.api import Kind
from albench.testing import announced, loaders, models
from albench.testing.strategies import catalogue as strategies

if TYPE_CHECKING:
    from albench.testing.checks import Check

_OF_KIND = {
    Kind.LOADER: loaders.CHECKS,
    Kind.MODEL: models.CHECKS,
    Kind.STRATEGY: strategies.CHECKS,
}


def checks_of(kind: Kind) -> tuple[Check, ...]:
    """Return the checks of a kind of plugin: those of its announcement first.

    Parameters
    ----------
    kind : Kind
        Loaders, models or strategies.

    Returns
    -------
    tuple of Check
        In the order of reports.
    """
    return (*announced.CHECKS, *_OF_KIND[kind])

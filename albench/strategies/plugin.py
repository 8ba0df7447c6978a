"""The built-in strategies' entry point: light, so that listing them imports nothing heavy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench.api import Descriptor, hookimpl
from albench.strategies import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable


@hookimpl
def albench_strategies() -> Iterable[Descriptor]:
    """Return the descriptors of the strategies that ship with albench."""
    # Those that buy modalities are none of `every`: they need a budget that says what is known.
    return *catalogue.every(), *catalogue.declared_in("acquiring")

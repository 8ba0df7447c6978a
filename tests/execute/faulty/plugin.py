"""Announces every fault under its own name."""

from __future__ import annotations

from albench.api import Descriptor, Kind, Option, hookimpl
from faulty.strategies import FAULTS  # type: ignore[import-not-found]  # installed by the test


@hookimpl
def albench_strategies() -> list[Descriptor]:
    """Return one strategy a fault."""
    return [
        Descriptor(
            name=name,
            kind=Kind.STRATEGY,
            target="faulty.strategies:Strategy",
            summary=f"It {name.replace('-', ' ')}",
            options=(
                Option(name="fault", type=str, default=name),
                Option(name="folder", type=str, default=""),
            ),
        )
        for name in FAULTS
    ]

"""Plugins that are wrong on purpose, each with the check that must catch it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from albench.api import Descriptor, Kind

Target = TypeVar("Target", bound=Callable[..., Any])

FAULTS: list[Fault] = []


@dataclass(frozen=True, eq=False)
class Fault:
    """A faulty plugin.

    ``says`` is a part of what the check has to say, so that it fails for the reason it should.
    """

    target: Any
    descriptor: Descriptor
    check: str
    says: str
    entry: str = ""


def caught_by(
    check: str, says: str, kind: Kind, *, entry: str = "", **changes: Any
) -> Callable[[Target], Target]:
    """Register a faulty target, with a descriptor that is sound except for the given changes."""

    def keep(target: Target) -> Target:
        FAULTS.append(Fault(target, sound(kind, target, **changes), check, says, entry))
        return target

    return keep


def sound(kind: Kind, target: Callable[..., Any], **changes: Any) -> Descriptor:
    """Return a descriptor that is sound except for the given changes."""
    usual: dict[str, Any] = {
        "name": "toy",
        "summary": "A toy.",
        "citation": "ours",
        "target": f"{target.__module__}:{target.__name__}",
    }
    if kind is Kind.STRATEGY:
        usual["needs"] = getattr(target, "needs", frozenset())
    return Descriptor(kind=kind, **usual | changes)

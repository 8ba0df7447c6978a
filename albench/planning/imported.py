"""What an option names by an import path, as a component: its source and version count."""

from __future__ import annotations

import importlib.metadata

from albench.api.descriptors import Descriptor, Kind
from albench.registry import Component


def imported_component(path: str) -> Component:
    """Return a component for a class that no plugin announces.

    Parameters
    ----------
    path : str
        Its import path.

    Returns
    -------
    Component
        Of the distribution that its package belongs to; of ``unknown`` if that is none's.
    """
    module, _, name = path.rpartition(".")
    owner, version = _distribution(path.partition(".")[0])
    summary = "named by an option"
    target = f"{module}:{name}"
    return Component(
        Descriptor(name=path, kind=Kind.MODEL, target=target, summary=summary), owner, version
    )


def _distribution(package: str) -> tuple[str, str]:
    owners = importlib.metadata.packages_distributions().get(package)
    if not owners:
        return "unknown", "0"
    return owners[0], importlib.metadata.version(owners[0])

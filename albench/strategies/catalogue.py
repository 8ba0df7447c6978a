"""Every strategy that ships with albench: what the modules of the families declare."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import TYPE_CHECKING

from albench.strategies.declaration import DECLARED, ORACLE, WRAPPER

if TYPE_CHECKING:
    from albench.api import Descriptor

FAMILIES = (
    "references",
    "uncertainty",
    "coverage",
    "hybrid",
    "multimodal",
    "ordinal",
)
"""The packages of strategies that stand on their own, in the order of the documentation."""


def every() -> tuple[Descriptor, ...]:
    """Return the descriptor of every strategy, family by family.

    Returns
    -------
    tuple of Descriptor
        Wrappers last.
    """
    return tuple(
        descriptor for family in (*FAMILIES, "wrappers") for descriptor in declared_in(family)
    )


def unwrapped() -> tuple[Descriptor, ...]:
    """Return the strategies that a wrapper may hold: all but wrappers and oracles.

    Returns
    -------
    tuple of Descriptor
        Family by family.
    """
    return tuple(
        descriptor
        for family in FAMILIES
        for descriptor in declared_in(family)
        if not descriptor.tags & (ORACLE | WRAPPER)
    )


@cache
def declared_in(family: str) -> tuple[Descriptor, ...]:
    """Return what the modules of a family declare; importing them is all that it takes.

    Parameters
    ----------
    family : str
        A package within ``albench.strategies``.

    Returns
    -------
    tuple of Descriptor
        By module, then in the order of declaration.
    """
    package = importlib.import_module(f"albench.strategies.{family}")
    modules = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
    for module in modules:
        importlib.import_module(f"{package.__name__}.{module}")
    prefix = f"{package.__name__}."
    mine = [descriptor for descriptor in DECLARED.values() if descriptor.target.startswith(prefix)]
    return tuple(sorted(mine, key=_module))


def _module(descriptor: Descriptor) -> str:
    return descriptor.target.partition(":")[0]

"""The built-in strategies by name, for wrappers to build upon."""

from __future__ import annotations

import importlib
from difflib import get_close_matches
from typing import TYPE_CHECKING

from albench.strategies import descriptors

if TYPE_CHECKING:
    from albench.api import QueryStrategy


def built_in(name: str) -> QueryStrategy:
    """Return a built-in strategy with its default options.

    Parameters
    ----------
    name : str
        Its short name; a wrapper cannot be wrapped.

    Returns
    -------
    QueryStrategy
        A new one.

    Raises
    ------
    ValueError
        The name is unknown; the nearest are named.
    """
    targets = {found.name: found.target for found in descriptors.UNWRAPPED}
    if name not in targets:
        near = get_close_matches(name, targets) or sorted(targets)
        raise ValueError(
            f"no built-in strategy {name!r} to build upon; did you mean one of {', '.join(near)}?"
        )
    module, _, attribute = targets[name].partition(":")
    strategy: QueryStrategy = getattr(importlib.import_module(module), attribute)()
    return strategy

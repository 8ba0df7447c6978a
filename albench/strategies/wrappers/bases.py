"""The built-in strategies by name, for wrappers to build upon."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from albench.api import Kind, Option
from albench.api.nearest import nearest
from albench.strategies import catalogue

if TYPE_CHECKING:
    from albench.api import QueryStrategy


def base(name: str, default: str, text: str, *, at_cold_start: bool = True) -> Option:
    """Return an option of a wrapper that names a strategy.

    Parameters
    ----------
    name : str
        The wrapper's argument.
    default : str
        The strategy that is used if none is named.
    text : str
        The option's help.
    at_cold_start : bool
        Whether it may be asked while nothing is labelled.

    Returns
    -------
    Option
        Any built-in strategy but wrappers and oracles may be chosen.
    """
    names = tuple(descriptor.name for descriptor in catalogue.unwrapped())
    return Option(
        name=name,
        type=str,
        default=default,
        choices=names,
        help=text,
        names=Kind.STRATEGY,
        at_cold_start=at_cold_start,
    )


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
    targets = {descriptor.name: descriptor.target for descriptor in catalogue.unwrapped()}
    if name not in targets:
        near = nearest(name, targets, 3) or sorted(targets)
        raise ValueError(
            f"no built-in strategy {name!r} to build upon; did you mean one of {', '.join(near)}?"
        )
    module, _, attribute = targets[name].partition(":")
    strategy: QueryStrategy = getattr(importlib.import_module(module), attribute)()
    return strategy

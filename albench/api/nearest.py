"""The names that a mistyped one may have meant."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def nearest(name: str, names: Iterable[str], n: int = 1) -> list[str]:
    """Return the names that look most like a mistyped one.

    Parameters
    ----------
    name : str
        As it was written.
    names : iterable of str
        Those there are.
    n : int
        How many at most.

    Returns
    -------
    list of str
        The most alike first; empty if none is alike.

    Examples
    --------
    >>> nearest("bagde", ["badge", "bald"])
    ['badge']
    """
    return get_close_matches(name, list(names), n=n)


def did_you_mean(name: str, names: Iterable[str], n: int = 1) -> str:
    """Return the hint that ends a message about an unknown name.

    Parameters
    ----------
    name : str
        As it was written.
    names : iterable of str
        Those there are.
    n : int
        How many at most.

    Returns
    -------
    str
        ``; did you mean 'badge'?``, or nothing if no name is alike.

    Examples
    --------
    >>> did_you_mean("bagde", ["badge", "bald"])
    "; did you mean 'badge'?"
    """
    near = nearest(name, names, n)
    return f"; did you mean {' or '.join(map(repr, near))}?" if near else ""


def not_among(kind: str, name: str, names: Iterable[str]) -> str:
    """Return what to say of a name that a specification does not have.

    Parameters
    ----------
    kind : str
        What the names are, in the plural.
    name : str
        As it was written.
    names : iterable of str
        Those there are.

    Returns
    -------
    str
        The nearest name if one is alike, and all of them.

    Examples
    --------
    >>> not_among("models", "mmfm", ["mmfn", "dlre"])
    "'mmfm' is not among the models; did you mean 'mmfn'? There are: mmfn, dlre"
    """
    names = list(names)
    hint = did_you_mean(name, names) or "."
    return f"{name!r} is not among the {kind}{hint} There are: {', '.join(names)}"

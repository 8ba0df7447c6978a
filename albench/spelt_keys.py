"""Keys that a specification names, as the data spell them: 1, ``"1"`` and ``"1.0"`` are one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench.api.keys import as_keys

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable


def as_spelt(names: Iterable[object], known: Collection[str]) -> list[str]:
    """Return names of subjects, labels or facts as the data spell them.

    Parameters
    ----------
    names : iterable of str or int
        As somebody wrote them.
    known : collection of str
        Those of the data, as `as_keys` gives them.

    Returns
    -------
    list of str
        One a name: the known key of its spelling, else the only one of its value, else the name.

    Examples
    --------
    >>> as_spelt(["1.0", 2, "x"], ["1", "2"])
    ['1', '2', 'x']
    """
    written = [str(name).strip() for name in names]
    spellings = set(known)
    if spellings.issuperset(written):
        return written
    by_value: dict[str, list[str]] = {}
    for key in spellings:
        by_value.setdefault(_value(key), []).append(key)
    return [name if name in spellings else _only(by_value, name) for name in written]


def _only(by_value: dict[str, list[str]], name: str) -> str:
    alike = by_value.get(_value(name), [])
    return alike[0] if len(alike) == 1 else name


def _value(key: str) -> str:
    return as_keys([key])[0]

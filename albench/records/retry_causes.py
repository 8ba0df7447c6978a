"""Attempts at cells that were made again, counted by cause."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING

from albench.plural import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Cause(StrEnum):
    """Why an attempt was made again; an error is never a cause."""

    LOST = "lost"
    """Its process went with others, its fork server or its worker; as often as that happens."""

    OUT_OF_MEMORY = "out of memory"
    """Once: another cell may have had the memory at that time."""


def summed(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Return the counts of several cells together.

    Parameters
    ----------
    counts : iterable of mapping of str to int
        By cause.

    Returns
    -------
    dict of str to int
        By cause, sorted.
    """
    total: Counter[str] = Counter()
    for each in counts:
        total.update(each)
    return dict(sorted(total.items()))


def retries_text(counts: Mapping[str, int]) -> str:
    """Return counts as words.

    Parameters
    ----------
    counts : mapping of str to int
        By cause.

    Returns
    -------
    str
        Empty if there are none.

    Examples
    --------
    >>> retries_text({"lost": 2, "out of memory": 1})
    '3 retries (2 lost, 1 out of memory)'
    """
    if not counts:
        return ""
    causes = ", ".join(f"{n} {cause}" for cause, n in sorted(counts.items()))
    return f"{plural(sum(counts.values()), 'retry', 'retries')} ({causes})"

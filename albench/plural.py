"""Counts with their nouns: "1 cell", "2 cells"."""

from __future__ import annotations


def plural(n: int, one: str, many: str = "") -> str:
    """Return a count with what is counted.

    Parameters
    ----------
    n : int
        How many.
    one : str
        The words for a single one.
    many : str
        The words for any other number; by default `one` with an s.

    Returns
    -------
    str
        The number and the words that fit it.

    Examples
    --------
    >>> plural(1, "cell"), plural(0, "cell"), plural(2, "entry", "entries")
    ('1 cell', '0 cells', '2 entries')
    """
    return f"{n} {one if n == 1 else many or one + 's'}"

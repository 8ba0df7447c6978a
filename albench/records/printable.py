"""Text of unknown origin made safe to store, print and typeset."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

REASON_LIMIT = 4000
"""The longest reason that is kept, in characters."""

TEXT_LIMIT = 10_000
"""The longest other text that is kept, in characters."""

MOST_LEVELS = 50
"""How deeply data may be nested; not everything that reads them could go deeper."""

_WHOLE = frozenset({"proba", "spec"})
"""Keys of texts that are kept at any length."""

_NUMBERS = frozenset({int, float, bool})

_HARMFUL = bytes({*range(32), ord("\\"), *range(127, 256)})
"""Bytes by which JSON may write, or begin to write, what is not printable."""

_JOINERS = "\u200c\u200d"  # Persian and Indic words, and emoji, need them


def printable(text: str, limit: int | None = None) -> str:
    r"""Return a text in which nothing can harm a terminal, a file or a reader.

    Parameters
    ----------
    text : str
        From a plugin, a file name or a log.
    limit : int or None
        The longest result, in characters; at least 100. None sets no limit.

    Returns
    -------
    str
        Control characters, lone surrogates, and invisible or direction-changing characters are
        written as escapes; line ends and tabs are kept. Applying it again changes nothing.

    Examples
    --------
    >>> printable("a" + chr(27) + "[31m")
    'a\\x1b[31m'
    """
    shown = text if text.isprintable() else "".join(map(_shown, text))
    if limit is None or len(shown) <= limit:
        return shown
    mark = f" ... ({len(shown)} characters)"
    return shown[: limit - len(mark)] + mark


def _shown(character: str) -> str:
    if character.isprintable() or character in "\n\t" or character in _JOINERS:
        return character
    if character.isspace() and character not in "\u2028\u2029" and ord(character) >= 0xA0:
        return character  # such as a no-break space
    return character.encode("unicode_escape").decode("ascii")


def printable_data(value: Any) -> Any:  # plain data of any kind
    """Return plain data with every text in it, keys included, made printable.

    Parameters
    ----------
    value : plain data
        Of dicts, lists, texts and numbers.

    Returns
    -------
    plain data
        Of the same structure; texts are cut to `TEXT_LIMIT`, but for packed arrays and
        specifications.

    Raises
    ------
    ValueError
        If it is nested more than `MOST_LEVELS` deep.
    """
    return _printable_data(value, TEXT_LIMIT, MOST_LEVELS)


def is_printable_json(text: bytes) -> bool:
    r"""Return whether JSON is sure to have printable texts alone.

    Parameters
    ----------
    text : bytes
        Of any length.

    Returns
    -------
    bool
        True if it is of printable ASCII without an escape; JSON with other letters may be as good.

    Examples
    --------
    >>> is_printable_json(b'{"reason": "none"}'), is_printable_json(rb'{"reason": "\u001b"}')
    (True, False)
    """
    return len(text.translate(None, _HARMFUL)) == len(text)


@lru_cache(maxsize=1000)
def _printable_key(key: str) -> str:  # a journal has a few dozen, millions of times
    return printable(key, TEXT_LIMIT)


def _printable_data(value: Any, limit: int | None, levels: int) -> Any:  # plain data
    if isinstance(value, str):
        return printable(value, limit)
    if type(value) in _NUMBERS:  # most values of a journal
        return value
    if not isinstance(value, dict | list | tuple):
        return value
    if not levels:
        raise ValueError(f"it is nested more than {MOST_LEVELS} levels deep")
    if isinstance(value, dict):
        return {
            _printable_key(str(key)): _printable_data(
                entry, None if key in _WHOLE else limit, levels - 1
            )
            for key, entry in value.items()
        }
    if _NUMBERS.issuperset(map(type, value)):  # picks and labels, of which there are many
        return list(value)
    return [_printable_data(entry, limit, levels - 1) for entry in value]

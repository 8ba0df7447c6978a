"""Numbers on the command line, each within bounds that what uses it can bear.

Each function takes the text as it was typed, and raises ArgumentTypeError if it is anything else.
"""

from __future__ import annotations

import re
from argparse import ArgumentTypeError

MOST_SECONDS = 1e7
"""Some hundred days; a thread can sleep no longer than three hundred years."""


def count(text: str) -> int:
    """Return a whole number of 1 or more, below a million."""
    if re.fullmatch(r"0*[1-9][0-9]{0,5}", text):
        return int(text)
    raise ArgumentTypeError(f"found {_short(text)}, expected a whole number from 1 to 999999")


def seed(text: str) -> int:
    """Return a seed: a whole number of 0 or more, of at most 100 digits."""
    if re.fullmatch(r"[0-9]{1,100}", text):
        return int(text)
    raise ArgumentTypeError(
        f"found {_short(text)}, expected a whole number of 0 or more, of at most 100 digits"
    )


def seconds(text: str, least: float = 0.0) -> float:
    """Return a number of seconds above 0, and at most `MOST_SECONDS`.

    `least` is the least that is allowed.
    """
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if number > 0 and least <= number <= MOST_SECONDS:
        return number
    bound = f"of {least:g} or more" if least else "above 0"
    expected = f"a number of seconds {bound}, at most {MOST_SECONDS:.0f}"
    raise ArgumentTypeError(f"found {_short(text)}, expected {expected}")


def _short(text: str) -> str:
    return repr(text) if len(text) <= 30 else f"{text[:20]!r}... ({len(text)} characters)"

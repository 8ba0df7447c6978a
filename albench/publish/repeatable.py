"""The command of a run as others can repeat it: without places of the machine that it ran on."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NEEDLESS = ("--output", "--from")
"""Options whose folder decides no result: left out where others do not have it."""
HOSTS = ("--scheduler",)
"""Options that name a machine: always left out."""


def repeatable(command: str, here: Path) -> str:
    """Return a command without what only one machine has.

    Parameters
    ----------
    command : str
        As it was recorded, for a shell.
    here : Path
        The working directory. Paths in it are told relative to it. Others are left out where the
        results are the same without them; else their last part is told.

    Returns
    -------
    str
        For a shell; as it was if no shell can read it.
    """
    try:
        words = shlex.split(command)
    except ValueError:  # half of a pair of quotation marks
        return command
    return shlex.join(_shown(words, here.resolve()))


def _shown(words: Sequence[str], here: Path) -> Iterator[str]:
    """Yield words as they are shown; an option's value follows it, or its equals sign."""
    rest = iter(words)
    for word in rest:
        option, sign, value = word.partition("=")
        if not _is_one_of(option, NEEDLESS + HOSTS):
            yield _told(word, here)
            continue
        place = value if sign else next(rest, "")
        if _is_one_of(option, NEEDLESS) and _is_inside(place, here):
            yield from (option, _told(place, here))


def _is_one_of(option: str, names: Sequence[str]) -> bool:
    """Return whether a word is an option, or the beginning of one, which argparse takes as well."""
    return len(option) > len("--") and any(name.startswith(option) for name in names)


def _told(word: str, here: Path) -> str:
    """Return a word, of a path its part below a folder; of one elsewhere its last part."""
    path = Path(word)
    if not (path.is_absolute() or ".." in path.parts):
        return word
    place = _resolved(path, here)
    return place.relative_to(here).as_posix() if place.is_relative_to(here) else place.name


def _is_inside(word: str, here: Path) -> bool:
    return _resolved(Path(word), here).is_relative_to(here)


def _resolved(path: Path, here: Path) -> Path:
    """Return a path without ``..``, whether or not it is there."""
    return Path(os.path.normpath(here / path))

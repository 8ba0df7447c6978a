"""Where a key stands in a TOML file, so that a complaint can name its line."""

import re
import tomllib
from collections.abc import Sequence

_PART = r"""(?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+)"""
_DOTTED = rf"{_PART}(?:\s*\.\s*{_PART})*"
_HEADER = re.compile(rf"^\s*\[\[?\s*({_DOTTED})\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(rf"^\s*({_DOTTED})\s*=")

Path = tuple[str | int, ...]


def line_of(text: str, path: Path) -> int | None:
    """Return the line on which a key, or the nearest table around it, stands.

    Parameters
    ----------
    text : str
        The TOML text.
    path : tuple of str or int
        Keys and positions in arrays, from the root.

    Returns
    -------
    int or None
        Counted from 1; None for the root itself.
    """
    places = _places(text)
    for length in range(len(path), 0, -1):
        line = places.get(path[:length])
        if line is not None:
            return line
    return None


def _places(text: str) -> dict[Path, int]:
    places: dict[Path, int] = {}
    table: Path = ()
    lines = text.split("\n")
    number = 0
    while number < len(lines):
        line = lines[number]
        number += 1
        header = _HEADER.match(line)
        key = _KEY.match(line)
        if header:
            table = _table(header.group(1), is_array=line.lstrip().startswith("[["), places=places)
            places.setdefault(table, number)
        elif key:
            path = table + _dotted(key.group(1))
            for length in range(len(table) + 1, len(path) + 1):
                places.setdefault(path[:length], number)
            _add_inline(path, line[key.end() :], number, places)
            number += _lines_after(line[key.end() :], lines[number:])
    return places


def _lines_after(value: str, following: Sequence[str]) -> int:
    """Return over how many of the following lines an array or a string goes on."""
    for count, line in enumerate(following):
        if _is_whole(value):
            return count
        value += f"\n{line}"
    return len(following)


def _is_whole(value: str) -> bool:
    try:
        tomllib.loads(f"key = {value}")
    except (ValueError, RecursionError):
        return False
    return True


def _table(dotted: str, *, is_array: bool, places: dict[Path, int]) -> Path:
    path: Path = _dotted(dotted)
    if is_array:
        position = 0
        while (*path, position) in places:
            position += 1
        path = (*path, position)
    return path


def _dotted(text: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in re.findall(_PART, text))


def _add_inline(path: Path, rest: str, number: int, places: dict[Path, int]) -> None:
    if rest.lstrip().startswith("{"):
        for key in re.findall(r"[{,]\s*([A-Za-z0-9_-]+)\s*=", rest):
            places.setdefault((*path, key), number)

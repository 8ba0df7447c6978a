"""Where a key stands in a TOML file, so that a complaint can name its line."""

import re

_HEADER = re.compile(r"^\s*\[\[?\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"^\s*([A-Za-z0-9_.\"'-]+)\s*=")

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
    for number, line in enumerate(text.splitlines(), start=1):
        header = _HEADER.match(line)
        key = _KEY.match(line)
        if header and not key:
            table = _table(header.group(1), is_array=line.lstrip().startswith("[["), places=places)
            places.setdefault(table, number)
        elif key:
            path = table + _dotted(key.group(1))
            for length in range(len(table) + 1, len(path) + 1):
                places.setdefault(path[:length], number)
            _add_inline(path, line[key.end() :], number, places)
    return places


def _table(dotted: str, *, is_array: bool, places: dict[Path, int]) -> Path:
    path: Path = _dotted(dotted)
    if is_array:
        position = 0
        while (*path, position) in places:
            position += 1
        path = (*path, position)
    return path


def _dotted(text: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in text.split("."))


def _add_inline(path: Path, rest: str, number: int, places: dict[Path, int]) -> None:
    if rest.lstrip().startswith("{"):
        for key in re.findall(r"[{,]\s*([A-Za-z0-9_-]+)\s*=", rest):
            places.setdefault((*path, key), number)

"""What a file's path says of it, by a pattern: ``"{label}/{subject}/*.png"``."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from albench.api import Complaint, DataError

_PIECES = re.compile(r"(\*|\{[^{}]*\})")
_NAME = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Pattern:
    """A pattern of paths, wherever in a folder they begin.

    Parameters
    ----------
    names : tuple of str
        Its placeholders, in their order.
    regex : re.Pattern
        What matches a whole path, relative and with ``/``.
    """

    names: tuple[str, ...]
    regex: re.Pattern[str]

    def values(self, path: str) -> Mapping[str, str] | None:
        """Return what stands in the place of each name; None if the path does not match.

        Parameters
        ----------
        path : str
            Relative, with ``/``.

        Returns
        -------
        mapping of str to str, or None
            By name.
        """
        match = self.regex.fullmatch(path)
        return None if match is None else match.groupdict()


def pattern_of(text: str, option: str) -> Pattern:
    """Return a pattern as it is written.

    Parameters
    ----------
    text : str
        Parts of a path: ``{name}`` stands for one or more characters but ``/``, ``*`` for any of
        them. Where several divisions fit, the first part takes most. A name that comes again
        stands for the same characters.
    option : str
        Of the loader, for complaints.

    Returns
    -------
    Pattern
        It matches at any depth.

    Raises
    ------
    DataError
        If braces do not match or hold no plain name.
    """
    parts, names = list[str](), list[str]()
    for piece in _PIECES.split(text):
        if piece == "*":
            parts.append("[^/]*")
        elif _NAME.fullmatch(piece):
            name = _plain(piece[1:-1], text, option)
            parts.append(f"(?P={name})" if name in names else f"(?P<{name}>[^/]+)")
            names.append(name)
        else:
            parts.append(re.escape(_without_braces(piece, text, option)))
    return Pattern(tuple(dict.fromkeys(names)), re.compile("(?:.+/)?" + "".join(parts)))


def fill(template: str, values: Mapping[str, str]) -> str:
    """Return a text with each ``{name}`` replaced.

    Parameters
    ----------
    template : str
        Whose names are all known: see `names_in`.
    values : mapping of str to str
        By name.

    Returns
    -------
    str
        Without placeholders.
    """
    return _NAME.sub(lambda match: values[match.group(1)], template)


def names_in(template: str) -> list[str]:
    """Return the placeholders of a text, in their order."""
    return _NAME.findall(template)


def _plain(name: str, text: str, option: str) -> str:
    if not (name.isidentifier() and name.isascii()):
        raise _malformed(f"{{{name}}} holds no plain name, such as {{subject}}", text, option)
    return name


def _without_braces(piece: str, text: str, option: str) -> str:
    if "{" in piece or "}" in piece:
        raise _malformed("has a brace without its partner", text, option)
    return piece


def _malformed(problem: str, text: str, option: str) -> DataError:
    return DataError([Complaint(f"option {option!r}", f"found {text!r}, which {problem}")])

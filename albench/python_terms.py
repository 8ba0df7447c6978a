"""What Python users give, checked, and complaints about it in their terms.

Whatever is wrong raises albench's `InputError`, as on the command line.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from albench.api.nearest import did_you_mean
from albench.errors import Complaint, InputError
from albench.spec.slices import AXES, Slice, numbers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

REPETITIONS = "repetitions"

_OPTION = re.compile(r"`[^`]*`|(?<![\w-])--([a-z][a-z-]*)")
"""An option of the command line; what stands in backticks is a command, and stays."""


@contextmanager
def in_python_terms() -> Iterator[None]:
    """Let complaints name arguments as Python has them: ``per_gpu`` for ``--per-gpu``.

    Raises
    ------
    InputError
        Of the class that was raised.
    """
    try:
        yield
    except InputError as error:
        renamed = [_renamed(complaint) for complaint in error.complaints]
        if renamed == list(error.complaints):
            raise
        raise type(error)(renamed) from error


def slice_of(chosen: Mapping[str, object]) -> Slice:
    """Return the slice that keywords choose.

    Parameters
    ----------
    chosen : mapping of str to object
        Names or globs, by axis: one or several of them. Of ``repetitions``, numbers from 0, or a
        text such as ``0-4,7``.

    Returns
    -------
    Slice
        Everything if nothing was given.

    Raises
    ------
    InputError
        With each keyword that is unknown, and each value that is none of these.
    """
    complaints: list[Complaint] = []
    included: dict[str, list[str]] = {}
    repetitions = None
    for axis, value in chosen.items():
        try:
            if axis == REPETITIONS:
                repetitions = _repetitions(value)
            else:
                included[_axis(axis)] = _names(value)
        except ValueError as error:
            complaints.append(Complaint(axis, str(error)))
    if complaints:
        raise InputError(complaints)
    return Slice(included=included, repetitions=repetitions)


def positive(name: str, value: Any) -> None:
    """Require a number of 1 or more, or None.

    Parameters
    ----------
    name : str
        Of the argument.
    value : object
        What was given.

    Raises
    ------
    InputError
        If it is anything else.
    """
    if value is not None and not (_is_whole(value) and value > 0):
        problem = f"found {value!r}, expected a whole number of 1 or more"
        raise InputError([Complaint(name, problem)])


def path_of(name: str, value: object) -> Path:
    """Return a path.

    Parameters
    ----------
    name : str
        Of the argument.
    value : object
        What was given.

    Returns
    -------
    Path
        Whatever is there.

    Raises
    ------
    InputError
        If it is neither a text nor a path.
    """
    if not isinstance(value, str | os.PathLike):
        raise InputError([Complaint(name, f"found {value!r}, expected a path")])
    return Path(value)


def folder_of(name: str, value: object) -> Path:
    """Return a folder that is there.

    Parameters
    ----------
    name : str
        Of the argument.
    value : object
        What was given.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    InputError
        If there is none.
    """
    folder = path_of(name, value)
    if not folder.is_dir():
        raise InputError([Complaint(name, f"there is no folder {str(folder)!r}")])
    return folder


def _axis(name: str) -> str:
    if name not in AXES:
        hint = did_you_mean(name, [*AXES, REPETITIONS])
        raise ValueError(f"is nothing to choose by{hint}")
    return name


def _names(value: Any) -> list[str]:
    names = [value] if isinstance(value, str) or not isinstance(value, Iterable) else list(value)
    if not names or not all(isinstance(name, str) for name in names):
        raise ValueError(f"found {value!r}, expected a name or a glob, or several in a list")
    return names


def _repetitions(value: Any) -> frozenset[int]:
    if isinstance(value, str):
        return numbers(value)
    each = list(value) if isinstance(value, Iterable) else [value]
    if not each or not all(_is_whole(number) and number >= 0 for number in each):
        raise ValueError(f"found {value!r}, expected numbers from 0, or a text such as '0-4,7'")
    return frozenset(map(int, each))


def _is_whole(value: Any) -> bool:  # an integer of Python's or NumPy's
    return hasattr(value, "__index__") and not isinstance(value, bool)


def _renamed(complaint: Complaint | str) -> Complaint | str:
    if isinstance(complaint, str):
        return _in_python(complaint)
    return Complaint(_in_python(complaint.where), _in_python(complaint.problem))


def _in_python(text: str) -> str:
    return _OPTION.sub(lambda found: found[0] if found[1] is None else _keyword(found[1]), text)


def _keyword(option: str) -> str:
    return {"from": "base"}.get(option, option.replace("-", "_"))

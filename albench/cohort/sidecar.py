"""The ``.json`` file beside a cached array: what the array is, and its checksum."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from albench.cohort.array_description import ArrayDescription
from albench.errors import Complaint, DataError

if TYPE_CHECKING:
    from pathlib import Path

_LARGEST = 2**20
"""Bytes of a file that may be one; keys are short."""

_CHECKSUM = re.compile(r"[0-9a-f]{8}")


@dataclass(frozen=True)
class Sidecar:
    """What is noted of an array.

    Parameters
    ----------
    description : ArrayDescription
        What the array is.
    checksum : str
        As `ArrayDescription.checksum` gave it.
    note : str
        For people.
    """

    description: ArrayDescription
    checksum: str
    note: str = ""

    def text(self) -> str:
        """Return the content of the file."""
        entries = {"note": self.note, "crc32": self.checksum}
        return json.dumps(self.description.plain() | entries, indent=1) + "\n"


def read_sidecar(path: Path) -> Sidecar:
    """Return what is noted of an array.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    Sidecar
        Its types checked; whether it is true is for `verified` to say.

    Raises
    ------
    DataError
        If the file cannot be read or is not such a description.
    """
    content = _content(path)
    what = ArrayDescription.of_plain(content)
    if what is None:
        raise _damage(path, "does not describe an array of numbers")
    checksum = content.get("crc32")
    if checksum is None:
        raise _damage(
            path, "has no checksum: it was written by an older albench, or by something else"
        )
    if not isinstance(checksum, str) or not _CHECKSUM.fullmatch(checksum):
        raise _damage(path, "has an invalid checksum")
    return Sidecar(what, checksum)


def _content(path: Path) -> Any:  # whatever JSON can hold
    if not path.is_file():  # a pipe would be waited for
        raise _damage(path, "is not a file")
    try:
        with path.open("rb") as handle:
            return json.loads(handle.read(_LARGEST))
    except OSError as error:
        raise _damage(path, f"cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:  # undecodable text is a ValueError too
        raise _damage(path, "is not valid JSON") from error


def _damage(path: Path, problem: str) -> DataError:
    return DataError([Complaint(str(path), problem)])

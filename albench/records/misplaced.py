"""A folder in a file's place, or a file in a folder's, told in a sentence."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from albench.errors import Complaint, RecordsError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def misplaced_told() -> Iterator[None]:
    """Raise what stands in a file's or folder's place as a fault of the results folder.

    Raises
    ------
    RecordsError
        If something inside fails on a folder that should be a file, or the reverse.
    """
    try:
        yield
    except IsADirectoryError as error:
        raise _fault(error, "is a folder where a file belongs") from error
    except (NotADirectoryError, FileExistsError) as error:
        raise _fault(error, "is a file, or lies in one, where a folder belongs") from error


def _fault(error: OSError, problem: str) -> RecordsError:
    if error.filename is None:  # pyarrow names the place in its message
        return RecordsError(f"{error}; move it away")
    return RecordsError([Complaint(str(error.filename), f"{problem}; move it away")])

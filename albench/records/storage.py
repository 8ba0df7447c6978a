"""What a disk refuses, told in a sentence: it is full, read-only, or something is in the way."""

from __future__ import annotations

import errno
from contextlib import contextmanager
from typing import TYPE_CHECKING

from albench.errors import Complaint, RecordsError, StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
FORBIDDEN = {errno.EROFS, errno.EACCES, errno.EPERM}


@contextmanager
def storage_told(folder: Path) -> Iterator[None]:
    """Raise what the disk refuses as a fault of the user's input: another place would do.

    Parameters
    ----------
    folder : Path
        Where something is written, named if the system does not say which file it was.

    Raises
    ------
    RecordsError
        If something inside fails on a folder that should be a file, or the reverse.
    StorageError
        If the disk is full or read-only, or the place is not the user's.
    """
    try:
        yield
    except IsADirectoryError as error:
        raise _misplaced(error, "is a folder where a file belongs") from error
    except (NotADirectoryError, FileExistsError) as error:
        raise _misplaced(error, "is a file, or lies in one, where a folder belongs") from error
    except OSError as error:
        raise refused(error, folder) from error


def refused(error: OSError, place: Path) -> Exception:
    """Convert an error of the system into one with advice; return any other unchanged.

    Parameters
    ----------
    error : OSError
        Caught.
    place : Path
        Where something was written.

    Returns
    -------
    Exception
        A `StorageError` that says what to do.
    """
    where = str(error.filename or place)
    if error.errno in FULL:
        advice = "free space there, or choose a place on another disk"
    elif error.errno in FORBIDDEN:
        advice = "choose a place that you may write to"
    else:
        return error
    return StorageError([Complaint(where, f"cannot be written to: {error.strerror}; {advice}")])


def _misplaced(error: OSError, problem: str) -> RecordsError:
    if error.filename is None:  # pyarrow names the place in its message
        return RecordsError(f"{error}; move it away")
    return RecordsError([Complaint(str(error.filename), f"{problem}; move it away")])

"""Lines for streams whose reader may have left, whose disk may be full, or which were closed."""

from __future__ import annotations

import contextlib
import os
from typing import TextIO

from albench.records.printable import printable


def say(text: str, stream: TextIO | None) -> None:
    """Print a line; a reader that has had enough, such as `head`, changes nothing else.

    Parameters
    ----------
    text : str
        What its encoding cannot show is escaped.
    stream : TextIO or None
        None, if it was closed when the process began: then nothing is printed.

    Raises
    ------
    OSError
        If it cannot be written for any other reason.
    """
    if stream is None:
        return
    encoding = stream.encoding or "utf-8"
    text = printable(text).encode(encoding, "backslashreplace").decode(encoding)
    try:
        print(text, file=stream, flush=True)
    except BrokenPipeError:
        discard(stream)
    except OSError:
        discard(stream)
        raise


def discard(stream: TextIO) -> None:
    """Send what a broken stream still holds nowhere, or the end of the process would fail on it.

    Parameters
    ----------
    stream : TextIO
        One that could not be written to.
    """
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)

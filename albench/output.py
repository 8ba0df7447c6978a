"""What the command line prints: results on standard output, problems on standard error."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TextIO

from albench.records.printable import printable


def say(text: str) -> None:
    """Print a line on standard output.

    Parameters
    ----------
    text : str
        Characters that the stream cannot encode are escaped.

    Raises
    ------
    OSError
        If it cannot be written, other than because the reader has left (as `head` does).
    """
    print_line(text, sys.stdout)


def complain(text: str) -> None:
    """Print a line on standard error, marked as coming from albench.

    Parameters
    ----------
    text : str
        Characters that the stream cannot encode are escaped. If it cannot be written, it is lost.
    """
    with contextlib.suppress(OSError):  # there is nowhere left to say it
        print_line(f"albench: {text}", sys.stderr)


def print_line(text: str, stream: TextIO | None) -> None:
    """Print a line, or several.

    Parameters
    ----------
    text : str
        Characters that the stream cannot encode are escaped.
    stream : TextIO or None
        None, if it was closed when the process began: nothing is printed then.

    Raises
    ------
    OSError
        If it cannot be written, other than because the reader has left (as `head` does).
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
    """Send what a broken stream still buffers to nowhere, so that Python can exit cleanly.

    Parameters
    ----------
    stream : TextIO
        One that could not be written to.
    """
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)

"""What the command line prints: results on standard output, problems on standard error."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING, TextIO, cast

from albench.records.printable import printable

if TYPE_CHECKING:
    from collections.abc import Callable


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


class LastingStream:
    """A text stream whose failures are not the writer's concern.

    Once it cannot be written to (its reader has left, the disk is full, it was closed), everything
    written is lost silently. Characters that it cannot encode become question marks.

    Parameters
    ----------
    stream : TextIO or None
        None, if it was closed when the process began: everything is lost then.
    """

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream
        self._is_lost = stream is None

    @property
    def encoding(self) -> str:
        """The encoding of the stream."""
        return getattr(self._stream, "encoding", None) or "utf-8"

    def is_of(self, stream: TextIO | None) -> bool:
        """Return whether it writes to a stream."""
        return self._stream is stream

    def as_text(self) -> TextIO:
        """Return it as what those take who only write and flush."""
        return cast("TextIO", self)

    def isatty(self) -> bool:
        """Return whether it is a terminal."""
        try:
            return self._stream is not None and self._stream.isatty()
        except ValueError:  # it was closed
            return False

    def write(self, text: str) -> int:
        """Write a text, or lose it."""
        shown = text.encode(self.encoding, "replace").decode(self.encoding)
        self._try(lambda stream: stream.write(shown))
        return len(text)

    def flush(self) -> None:
        """Pass on what is buffered."""
        self._try(lambda stream: stream.flush())

    def fileno(self) -> int:
        """Return the number of the stream's file."""
        if self._stream is None:
            raise OSError("the stream was closed when the process began")
        return self._stream.fileno()

    def _try(self, action: Callable[[TextIO], object]) -> None:
        if self._stream is None or self._is_lost:
            return
        try:
            action(self._stream)
        except (OSError, ValueError):
            self._is_lost = True
            discard(self._stream)

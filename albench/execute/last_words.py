"""What can be known of a child that ended without a word: its exit and the end of its log."""

from __future__ import annotations

import re
import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

MAX_QUOTED = 160
"""Characters of a log's last line in a reason."""

_FRAME = re.compile(r'File "(?:.*/)?([^/"]+)", line (\d+) in (\w+)')


def exit_reason(code: int | None, log: Path) -> str:
    """Return how a child ended, in a clause.

    Parameters
    ----------
    code : int or None
        Its exit status; negative for a signal, None if it could not be ended.
    log : Path
        Its output.

    Returns
    -------
    str
        With the place of a crash if Python could write it down, or the last line of the log.
    """
    return f"{_how(code)}; {_known_from(log)}"


def silence_reason(log: Path) -> str:
    """Return what is known of a child that can no longer be heard, though it had not ended.

    It is a clause, by the log of its output.
    """
    return f"closed its line to albench and went on, so it was stopped; {_known_from(log)}"


def _how(code: int | None) -> str:
    if code is None:
        return "could not be ended"
    if code >= 0:
        return f"ended with exit status {code} and no result"
    by_system = " (the system does this when memory runs out)" if -code == signal.SIGKILL else ""
    return f"was killed by {_signal_name(-code)}{by_system}"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # a real-time signal has a number alone
        return f"signal {number}"


def _known_from(log: Path) -> str:
    try:
        text = log.read_bytes()[-20_000:].decode("utf-8", "replace")
    except OSError:
        return "it wrote no log"
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        return "it wrote nothing"
    crash = text.rfind("Current thread") if "Fatal Python error" in text else -1
    frames = _FRAME.search(text, crash) if crash >= 0 else None
    if frames is not None:
        return f"in {frames[3]} ({frames[1]}:{frames[2]}), see {log.name}"
    return f"its last line: {lines[-1][:MAX_QUOTED]!r}, see {log.name}"

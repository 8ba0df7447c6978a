"""Ctrl-C while cells run: once ends the run after the rounds that run, twice at once."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NOTICE = "ending after the rounds that are running; press Ctrl-C again to stop at once"


class Stopped(KeyboardInterrupt):
    """A run that the user ended before its last cell; its text is a sentence."""


@contextmanager
def gentle_interrupts(end_soon: Callable[[], None]) -> Iterator[None]:
    """Call a function at the first Ctrl-C; from the second on it raises `KeyboardInterrupt`.

    Outside the main thread, and where Ctrl-C is ignored or handled by somebody else, nothing
    changes.

    Parameters
    ----------
    end_soon : callable
        Sets a mark, and takes no lock: it is called amid whatever the main thread does.
    """
    is_ours = threading.current_thread() is threading.main_thread()
    if not is_ours or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return

    def once(*_: object) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        end_soon()

    signal.signal(signal.SIGINT, once)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)

"""Imported first, by the fork server alone: what it does about signals while it imports the rest.

An interrupt at the terminal is its parent's to answer. The fork server takes that care of itself,
and ends with its parent, but only when it has imported everything, which takes seconds.
"""

import ctypes
import os
import signal
import sys
from types import FrameType

LOOK_SECONDS = 0.5
_SET_PARENT_DEATH_SIGNAL = 1  # of Linux's prctl
_PARENT = os.getppid()


def end_with_parent(_number: int, _frame: FrameType | None) -> None:
    """End this process if its parent has ended."""
    if os.getppid() != _PARENT:
        os._exit(1)


def hear_again() -> None:
    """Stop looking for the parent; the fork server's own watch begins."""
    if not hasattr(signal, "setitimer"):  # nor is there a fork server
        return
    signal.setitimer(signal.ITIMER_REAL, 0.0)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    _end_at_death_of_parent(0)


def _ignore_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, end_with_parent)
    signal.siginterrupt(signal.SIGALRM, False)
    signal.setitimer(signal.ITIMER_REAL, LOOK_SECONDS, LOOK_SECONDS)
    _end_at_death_of_parent(signal.SIGKILL)
    end_with_parent(0, None)  # it may have ended before this call


def _end_at_death_of_parent(number: int) -> None:
    """Ask Linux for a signal when the parent ends: loading a large library, Python hears none.

    The parent's thread counts as the parent. It waits until the fork server answers, which is when
    this is taken back.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, int(number))


if sys.argv[:1] == ["-c"]:  # so is a fork server started; who else imports this means to read it
    _ignore_interrupts()

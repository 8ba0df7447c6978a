"""A measurement in a process of its own, a copy of this one, and the memory that it takes."""

from __future__ import annotations

import ctypes
import multiprocessing
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

STATUS = Path("/proc/self/status")


def answer_of(measure: Callable[[Any], None], seconds: float, late: str) -> Any:  # what it sends
    """Return what a function sends in a copy of this process, or why it did not.

    Parameters
    ----------
    measure : callable
        Called there with the connection that takes its answer.
    seconds : float
        How long it may take by the clock.
    late : str
        What is returned if it takes longer.

    Returns
    -------
    Any
        The answer, or a str.
    """
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=measure, args=(sender,))
    process.start()
    sender.close()
    try:
        if not receiver.poll(seconds):
            return late
        return receiver.recv()
    except EOFError:
        process.join()
        return f"ended with {process.exitcode}"
    finally:
        process.kill()
        process.join()


def resident(line: str, *, forget: bool = False) -> int:
    """Return bytes that the kernel counts for this process, of Linux.

    Parameters
    ----------
    line : str
        Which, such as ``"VmHWM"``.
    forget : bool
        Whether the most that was resident is counted anew from here.

    Returns
    -------
    int
        Bytes.
    """
    if forget:
        ctypes.CDLL(None).malloc_trim(0)  # what was freed is not there any more
        STATUS.with_name("clear_refs").write_text("5", encoding="ascii")  # the mark starts anew
    text = STATUS.read_text(encoding="ascii").partition(f"{line}:")[2]
    return 1024 * int(text.split()[0])

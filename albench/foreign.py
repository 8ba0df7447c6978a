"""Plugins' code in albench's own process: announcements and loaders, which may do anything."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterator


class ProcessExit(BaseException):
    """Raised in the place of an `os._exit`, which would end albench with whatever status it has."""


@contextmanager
def foreign_code() -> Iterator[None]:
    """Let a plugin's `os._exit` raise `ProcessExit` for as long as the context is open.

    Processes that the plugin forks end as they would. Code that is not Python's can still end the
    process at once.
    """
    own, end = os.getpid(), os._exit

    def refuse(status: int) -> NoReturn:
        if os.getpid() != own:
            end(status)
        raise ProcessExit(f"it called os._exit({status})")

    os._exit = refuse
    try:
        yield
    finally:
        os._exit = end

"""A check of side effects: a query writes no file, opens no socket and starts no program."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from albench.testing.checks import Violation, guards_against
from albench.testing.strategies.queries import ask, usual

if TYPE_CHECKING:
    from collections.abc import Iterator

    from albench.testing.specimen import Specimen

FORBIDDEN_EVENTS = frozenset(
    {
        *("socket.__new__", "socket.connect", "socket.bind", "subprocess.Popen", "os.system"),
        *("os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.remove"),
        *("os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.chmod"),
        *("os.chown", "os.chdir", "os.putenv", "os.unsetenv", "shutil.rmtree"),
    }
)
"""Python's audit events that no query has a reason for; `open` is looked at more closely."""

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

_watchers: list[list[str]] = []


@contextmanager
def no_side_effects() -> Iterator[None]:
    """Raise `Violation` behind the block if a query in it had side effects, and name the first."""
    _install()
    deeds: list[str] = []
    _watchers.append(deeds)
    try:
        yield
    finally:
        _watchers.remove(deeds)
    if deeds:
        raise Violation(f"a query did {deeds[0]}: it may write no file and ask no other machine")


@cache  # an audit hook cannot be removed, so there is only one
def _install() -> None:
    sys.addaudithook(_note)


def _note(event: str, arguments: tuple[Any, ...]) -> None:  # of any types
    if _watchers and (event in FORBIDDEN_EVENTS or (event == "open" and _writes(*arguments))):
        for deeds in tuple(_watchers):
            deeds.append(f"{event} {arguments[0]!r}" if arguments else event)


def _writes(path: object, _mode: object, flags: object) -> bool:
    if not isinstance(path, str | bytes) or not isinstance(flags, int) or not flags & WRITES:
        return False
    # Python itself writes compiled modules, when one is first imported.
    return os.fsdecode(path) != os.devnull and "__pycache__" not in os.fsdecode(path)


@guards_against("files left in the working directory; answers fetched from another machine")
def nothing_is_done_to_the_world(specimen: Specimen) -> None:
    """A query writes no file, opens no socket, starts no program, sets no variable."""
    with no_side_effects():
        ask(specimen, usual(specimen))

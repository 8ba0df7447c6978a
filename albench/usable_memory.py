"""How much memory this process may use, which may be less than the machine has."""

from __future__ import annotations

from pathlib import Path

import psutil

_LIMIT = Path("/sys/fs/cgroup/memory.max")


def usable_memory() -> int:
    """Return the bytes of the machine's memory, at most what a container is allowed."""
    return _allowed(psutil.virtual_memory().total)


def free_memory() -> int:
    """Return the bytes that are free on the machine, at most what a container is allowed."""
    return _allowed(psutil.virtual_memory().available)


def _allowed(n_bytes: int) -> int:
    try:
        return min(n_bytes, int(_LIMIT.read_text(encoding="ascii")))
    except (OSError, ValueError):  # no container, or "max"
        return n_bytes

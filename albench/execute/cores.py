"""How many cores this process may use, which may be fewer than the machine has."""

from __future__ import annotations

import contextlib
import math
import os
from pathlib import Path

_QUOTA = Path("/sys/fs/cgroup/cpu.max")


def usable_cores() -> int:
    """Return how many cores this process may use.

    Returns
    -------
    int
        At least one: what the scheduler of a cluster (affinity) or a container (quota) leaves of
        the machine's.
    """
    cores = os.cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    return max(1, min(cores, _quota(_QUOTA) or cores))


def _quota(file: Path) -> int | None:
    """Return the cores of a container's quota, rounded up; None without one."""
    with contextlib.suppress(OSError, ValueError):
        allowed, period = file.read_text(encoding="ascii").split()
        return math.ceil(int(allowed) / int(period))
    return None

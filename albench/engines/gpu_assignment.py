"""Which GPU each child of a process may see."""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

VARIABLE = "CUDA_VISIBLE_DEVICES"


def visible_devices() -> tuple[str, ...]:
    """Return the names of the GPUs that this process may use, without asking CUDA.

    Returns
    -------
    tuple of str
        As ``CUDA_VISIBLE_DEVICES`` lists them; empty without a GPU.
    """
    chosen = os.environ.get(VARIABLE)
    if chosen is not None:
        return tuple(name.strip() for name in chosen.split(",") if name.strip() not in ("", "-1"))
    listed = Path("/proc/driver/nvidia/gpus")
    count = len(list(listed.iterdir())) if listed.is_dir() else 0
    return tuple(map(str, range(count)))


class DevicePool:
    """Gives each child the GPU that fewest others have.

    Parameters
    ----------
    devices : sequence of str
        What there is; with none, nothing is set in a child's environment.
    """

    def __init__(self, devices: Sequence[str]) -> None:
        self._taken = dict.fromkeys(devices, 0)
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def one(self) -> Iterator[Mapping[str, str]]:
        """Reserve a GPU for a child.

        Yields
        ------
        mapping of str to str
            What to set in its environment.
        """
        if not self._taken:
            yield {}
            return
        with self._lock:
            device = min(self._taken, key=lambda name: self._taken[name])
            self._taken[device] += 1
        try:
            yield {VARIABLE: device}
        finally:
            with self._lock:
                self._taken[device] -= 1

"""The NVIDIA GPUs of this machine, listed without asking CUDA for anything."""

from __future__ import annotations

import functools
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

_DRIVER = Path("/proc/driver/nvidia/gpus")
_SECONDS = 20.0
"""How long the driver's tool may take; it wakes a GPU that sleeps."""

_QUERY = "index,name,memory.total,driver_version"


@dataclass(frozen=True)
class Gpu:
    """One GPU.

    Parameters
    ----------
    number : str
        Its number in the order of the PCI bus, as ``nvidia-smi`` shows it.
    name : str
        Its model.
    memory_mb : float or None
        Its memory in MiB; None if the driver's tool is missing.
    driver : str
        The version of the driver; empty if the driver's tool is missing.
    """

    number: str
    name: str
    memory_mb: float | None = None
    driver: str = ""


@functools.cache
def installed_gpus() -> tuple[Gpu, ...]:
    """Return the GPUs that the driver knows; asked once a process.

    Returns
    -------
    tuple of Gpu
        In the order of the PCI bus; empty without a GPU or a driver that works.
    """
    program = shutil.which("nvidia-smi")
    return _of_driver(_DRIVER) if program is None else _of_tool(program)


def _of_tool(program: str) -> tuple[Gpu, ...]:
    command = [program, f"--query-gpu={_QUERY}", "--format=csv,noheader,nounits"]
    try:
        done = subprocess.run(  # noqa: S603  # the driver's own tool
            command, capture_output=True, text=True, timeout=_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError):  # no driver that works
        return ()
    rows = [[field.strip() for field in line.split(",")] for line in done.stdout.splitlines()]
    return tuple(
        Gpu(row[0], row[1], _number(row[2]), row[3])
        for row in rows
        if len(row) == len(_QUERY.split(",")) and row[0].isdigit()
    )


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:  # "[N/A]" of cards that share the memory of the machine
        return None


def _of_driver(folder: Path) -> tuple[Gpu, ...]:
    if not folder.is_dir():
        return ()
    cards = sorted(folder.glob("*/information"))
    return tuple(Gpu(str(number), _model(card)) for number, card in enumerate(cards))


def _model(card: Path) -> str:
    for line in card.read_text(encoding="utf-8", errors="replace").splitlines():
        if line.startswith("Model:"):
            return line.partition(":")[2].strip()
    return "unknown NVIDIA GPU"

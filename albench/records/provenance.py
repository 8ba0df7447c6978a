"""The environment that produces results; recorded beside them, no part of any identity."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import subprocess
from pathlib import Path

import psutil

from albench.gpus import installed_gpus
from albench.records.run_record import Provenance

PACKAGES = (
    "torch",
    "torchvision",
    "skorch",
    "modAL-python",
    "scikit-learn",
    "numpy",
    "scipy",
    "pandas",
    "matplotlib",
    "pluggy",
)

NO_GPU = "none"
"""What is recorded of a machine without a GPU."""


def provenance() -> Provenance:
    """Return versions and hardware.

    Returns
    -------
    Provenance
        Of this process and machine.
    """
    return Provenance(
        albench=_version("albench"),
        commit=_commit(),
        python=platform.python_version(),
        os=f"{platform.system()} {platform.release()}",
        cpu=cpu_name(),
        cores=os.cpu_count(),
        memory_gb=round(psutil.virtual_memory().total / 2**30, 1),
        gpu=_gpu(),
        packages={name: _version(name) for name in PACKAGES},
    )


def _version(distribution: str) -> str:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def cpu_name() -> str:
    """Return the model of the processor, or its kind where the system does not tell."""
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _gpu() -> str:
    return next((gpu.name for gpu in installed_gpus()), NO_GPU)


def _commit() -> str:
    """Return the commit of a checkout, with a plus sign if files differ from it; else nothing."""
    root = Path(__file__).parents[2]
    if not (root / ".git").exists():
        return ""
    try:
        head = _git(root, "rev-parse", "--short=12", "HEAD")
        dirty = _git(root, "status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.SubprocessError):
        return ""
    return head + ("+" if dirty else "")


def _git(root: Path, *arguments: str) -> str:
    command = ["git", "-C", str(root), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)  # noqa: S603  # fixed words
    return done.stdout.strip()

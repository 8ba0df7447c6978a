"""What albench finds on this machine, and whether benchmarks can run on it."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import tempfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
from filelock import FileLock
from packaging.requirements import Requirement

from albench.cache_folder import default_folder
from albench.errors import AlbenchError
from albench.execute.cores import usable_cores
from albench.execute.devices import CPU, Devices, place, torch_has_cuda, visible_devices
from albench.execute.probe import probe
from albench.gpus import installed_gpus
from albench.plural import plural
from albench.records.provenance import cpu_name
from albench.usable_memory import free_memory, usable_memory

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

GIB = 2**30
CHILD_GIB = 0.7
"""What a small cell's child needs; a large cohort needs more."""

FEWEST_GIB, FEW_GIB = 0.5, 5.0
"""Free space on a disk below which nothing should begin, and below which it may soon be full."""


class Fitness(StrEnum):
    """What a finding means for a benchmark."""

    OK = "ok"
    WARNING = "warning"
    UNFIT = "unfit"


@dataclass(frozen=True)
class Diagnosis:
    """One thing about this machine.

    Parameters
    ----------
    subject : str
        What was looked at.
    text : str
        What is there.
    state : Fitness
        What that means.
    advice : str
        What to do about it; empty if it is ok.
    """

    subject: str
    text: str
    state: Fitness = Fitness.OK
    advice: str = ""


def examine(device: str) -> tuple[Diagnosis, ...]:
    """Return what there is on this machine, after a child has computed as a cell does.

    Parameters
    ----------
    device : str
        Where cells are to compute: ``auto``, ``cpu``, ``cuda`` or ``cuda:N``.

    Returns
    -------
    tuple of Diagnosis
        Processor, memory, GPU, disks, cache, versions and processes.
    """
    findings = [*_versions(), _system(), _processor(), *_gpus()]
    try:
        placement = place(device)
    except AlbenchError as error:
        findings.append(Diagnosis("device", str(error), Fitness.UNFIT, "choose another --device"))
    else:
        findings += [_memory(placement.jobs), *_children(placement.devices)]
    folders = {
        "runs": Path.cwd(),
        "cache": default_folder(),
        "temporary files": Path(tempfile.gettempdir()),
    }
    findings += [_disk(name, folder) for name, folder in folders.items()]
    return (*findings, _cache(default_folder()))


def is_fit(findings: Sequence[Diagnosis]) -> bool:
    """Return whether benchmarks can run where these were found."""
    return all(finding.state is not Fitness.UNFIT for finding in findings)


def as_text(findings: Sequence[Diagnosis]) -> str:
    """Return findings for people, one line each and a line of advice where there is any.

    Parameters
    ----------
    findings : sequence of Diagnosis
        Of `examine`.

    Returns
    -------
    str
        Lines.
    """
    width = max(len(finding.subject) for finding in findings)
    lines = []
    for finding in findings:
        lines.append(f"{finding.state:7}  {finding.subject:{width}}  {finding.text}")
        if finding.advice:
            lines.append(f"{'':7}  {'':{width}}  -> {finding.advice}")
    return "\n".join(lines)


def _versions() -> Iterator[Diagnosis]:
    python = f"albench {importlib.metadata.version('albench')}, Python {platform.python_version()}"
    yield Diagnosis("versions", python)
    wrong, there = [], []
    for text in importlib.metadata.requires("albench") or ():
        needed = Requirement(text)
        if needed.marker is not None and not needed.marker.evaluate({"extra": ""}):
            continue
        try:
            version = importlib.metadata.version(needed.name)
        except importlib.metadata.PackageNotFoundError:
            wrong.append(f"{needed.name} is missing")
            continue
        there.append(f"{needed.name} {version}")
        if not needed.specifier.contains(version, prereleases=True):
            wrong.append(f"{needed.name} {version}, needed is {needed.specifier}")
    if wrong:
        advice = "install albench again in an environment of its own: pip install albench"
        yield Diagnosis("packages", "; ".join(wrong), Fitness.UNFIT, advice)
    else:
        yield Diagnosis("packages", ", ".join(there))


def _system() -> Diagnosis:
    text = f"{platform.system()} {platform.release()}"
    if platform.system() == "Linux":
        return Diagnosis("system", text)
    advice = "albench is tested on Linux; what a crashed cell has started may be left elsewhere"
    return Diagnosis("system", text, Fitness.WARNING, advice)


def _processor() -> Diagnosis:
    cores, usable = os.cpu_count() or 1, usable_cores()
    limited = "" if usable == cores else f", of which this process may use {usable}"
    threads = f"{plural(usable, 'cell')} at once on the CPU, one thread each"
    return Diagnosis("processor", f"{cpu_name()}, {plural(cores, 'core')}{limited}: {threads}")


def _gpus() -> Iterator[Diagnosis]:
    gpus = installed_gpus()
    if not gpus:
        yield Diagnosis("GPU", "none")
        return
    visible = visible_devices()
    for gpu in gpus:
        memory = "" if gpu.memory_mb is None else f", {gpu.memory_mb / 1024:.0f} GiB"
        driver = f", driver {gpu.driver}" if gpu.driver else ""
        yield Diagnosis("GPU", f"{gpu.number}: {gpu.name}{memory}{driver}")
    if not torch_has_cuda():
        advice = "install a build of torch for CUDA, or ignore this if the CPU is meant"
        yield Diagnosis("GPU", "the installed torch is built for CPUs", Fitness.WARNING, advice)
    elif not visible:
        advice = "unset CUDA_VISIBLE_DEVICES, or ignore this if the CPU is meant"
        yield Diagnosis("GPU", "none is visible to this process", Fitness.WARNING, advice)


def _memory(jobs: int) -> Diagnosis:
    total, free = usable_memory(), free_memory()
    text = f"{free / GIB:.1f} of {total / GIB:.1f} GiB free"
    needed = f"{jobs} at once need some {jobs * CHILD_GIB:.1f} GiB"
    if free < CHILD_GIB * GIB:
        return Diagnosis("memory", text, Fitness.UNFIT, "free some, or use a larger machine")
    if free < jobs * CHILD_GIB * GIB:
        return Diagnosis("memory", text, Fitness.WARNING, f"{needed}: give a smaller --jobs")
    return Diagnosis("memory", text)


def _children(devices: Devices) -> Iterator[Diagnosis]:
    """Let a child compute on each device, as cells will."""
    for name in devices.names or (CPU,):
        environment = devices.environment_on(name) if devices.names else devices.environment
        try:
            probed = probe(environment)
        except AlbenchError as error:
            yield Diagnosis("child process", str(error), Fitness.UNFIT)
            return
        where = f"on GPU {name}" if devices.names else "on the CPU"
        if probed.problem:
            advice = "nothing can run like this; the message is that of a cell"
            yield Diagnosis("child process", f"{where}: {probed.problem}", Fitness.UNFIT, advice)
        elif devices.names and probed.device == CPU:
            advice = "is the driver too old for this torch? --device cpu does without"
            problem = f"{where}: torch does not see it"
            yield Diagnosis("child process", problem, Fitness.UNFIT, advice)
        else:
            text = f"{where}: computes ({probed.device}), after {probed.seconds:.1f} s"
            yield Diagnosis("child process", text)


def _disk(subject: str, folder: Path) -> Diagnosis:
    there = folder.absolute()
    while not there.exists() and there != there.parent:
        there = there.parent
    try:
        free = psutil.disk_usage(str(there)).free / GIB
        with tempfile.TemporaryDirectory(dir=there, prefix="albench-doctor-") as made:
            text = f"{folder}: {free:.1f} GiB free{_locks(Path(made))}"
    except OSError as error:
        problem = f"{folder}: cannot be written to: {error.strerror}"
        return Diagnosis(subject, problem, Fitness.UNFIT, _other_place(subject))
    if free < FEWEST_GIB:
        return Diagnosis(subject, text, Fitness.UNFIT, f"free some, or {_other_place(subject)}")
    if free < FEW_GIB:
        advice = f"that may not last; free some, or {_other_place(subject)}"
        return Diagnosis(subject, text, Fitness.WARNING, advice)
    return Diagnosis(subject, text)


def _locks(folder: Path) -> str:
    """Return that a folder's file system has no locks, if it has none."""
    try:
        with FileLock(folder / "lock", timeout=1):
            return ""
    except NotImplementedError:
        return "; without locks: see to it that one run at a time writes there"


def _other_place(subject: str) -> str:
    places = {
        "runs": "give another folder with --output",
        "cache": "set ALBENCH_CACHE to a folder elsewhere",
        "temporary files": "set TMPDIR to a folder elsewhere",
    }
    return places[subject]


def _cache(folder: Path) -> Diagnosis:
    arrays = list(folder.glob("*.npy")) if folder.is_dir() else []
    size = sum(array.stat().st_size for array in arrays) / GIB
    return Diagnosis("cache", f"{folder}: {plural(len(arrays), 'array')}, {size:.1f} GiB")

"""Where children compute: on the CPU, or each on a GPU that is chosen for it."""

from __future__ import annotations

import contextlib
import importlib.util
import itertools
import os
import platform
import re
import runpy
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from filelock import FileLock, Timeout

from albench.cache_folder import default_folder
from albench.errors import Complaint, InputError
from albench.execute.cores import usable_cores
from albench.gpus import installed_gpus
from albench.plural import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from filelock import BaseFileLock

AUTO, CPU, CUDA = "auto", "cpu", "cuda"
VARIABLE = "CUDA_VISIBLE_DEVICES"
ORDER = "CUDA_DEVICE_ORDER"


@dataclass(frozen=True)
class Devices:
    """The GPUs that children share, or none.

    Parameters
    ----------
    names : tuple of str
        As ``CUDA_VISIBLE_DEVICES`` takes them; empty where children compute on the CPU.
    environment : mapping of str to str
        What every child's environment is given besides.
    """

    names: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """What they are, for people: ``2 GPUs (0, 1)`` or ``CPU``."""
        return f"{plural(len(self.names), 'GPU')} ({', '.join(self.names)})" if self.names else CPU

    def environment_on(self, name: str) -> dict[str, str]:
        """Return the environment variables of a child on one GPU."""
        return {**self.environment, VARIABLE: name}

    @property
    def first(self) -> dict[str, str]:
        """What a child that works alone is given: the first GPU, if there is one."""
        return self.environment_on(self.names[0]) if self.names else dict(self.environment)


@dataclass(frozen=True)
class Placement:
    """Where cells compute, and how many at once.

    Parameters
    ----------
    jobs : int
        How many cells run at once.
    devices : Devices
        What they share.
    """

    jobs: int
    devices: Devices = field(default_factory=Devices)


def place(device: str = AUTO, jobs: int | None = None, per_gpu: int | None = None) -> Placement:
    """Return where cells compute, and how many at once.

    Parameters
    ----------
    device : str
        ``auto`` (all GPUs that are visible, else the CPU), ``cpu``, ``cuda`` (all GPUs) or
        ``cuda:N`` (the N-th of them, from 0).
    jobs : int or None
        How many cells run at once; None is `per_gpu` on each GPU, or one a core on the CPU.
    per_gpu : int or None
        How many cells share a GPU; None is one unless `jobs` asks for more.

    Returns
    -------
    Placement
        Part of no cell's identity.

    Raises
    ------
    InputError
        If there is no such GPU, torch cannot use any, or numbers contradict each other.
    """
    devices = choose(device)
    if not devices.names:
        if per_gpu is not None and device == CPU:
            raise InputError([Complaint("--per-gpu", "there is no GPU with --device cpu")])
        return Placement(jobs or usable_cores(), devices)
    room = len(devices.names) * (per_gpu or 1)
    if jobs is not None and per_gpu is not None and jobs > room:
        problem = f"{jobs} at once do not fit on {devices.text} with --per-gpu {per_gpu}"
        raise InputError([Complaint("--jobs", f"{problem}; leave one of the two out")])
    return Placement(jobs or room, devices)


def choose(device: str = AUTO) -> Devices:
    """Return what a device's name stands for on this machine.

    Parameters
    ----------
    device : str
        As of `place`.

    Returns
    -------
    Devices
        What children share.

    Raises
    ------
    InputError
        If it is the name of no device; or if a GPU is asked for and there is none, or none that
        torch can use.
    """
    try:
        require_device(device)
    except ValueError as error:
        raise InputError([Complaint("--device", str(error))]) from error
    if device == CPU:
        return Devices(environment={VARIABLE: ""})
    visible = visible_devices()
    names = visible if torch_has_cuda() else ()
    environment = {} if VARIABLE in os.environ or not names else {ORDER: "PCI_BUS_ID"}
    if device == AUTO:
        return Devices(names, environment)
    where = f"--device {device}"
    if not names:
        raise InputError([Complaint(where, _why_none(visible))])
    if device == CUDA:
        return Devices(names, environment)
    number = int(device.partition(":")[2])
    if number >= len(names):
        there = ", ".join(f"cuda:{index}" for index in range(len(names)))
        raise InputError([Complaint(where, f"there is no such GPU; there are {there}")])
    return Devices((names[number],), environment)


def require_device(name: object) -> None:
    """Require a text to name a device, which may be absent.

    Parameters
    ----------
    name : object
        As of `place`.

    Raises
    ------
    ValueError
        If it is anything else.
    """
    if not isinstance(name, str) or re.fullmatch(r"auto|cpu|cuda(:[0-9]+)?", name) is None:
        raise ValueError(f"found {name!r}, expected auto, cpu, cuda or cuda:N")


def _why_none(visible: Sequence[str]) -> str:
    if visible:
        return "the installed torch is built for CPUs; install a build for CUDA"
    if VARIABLE in os.environ:
        return f"no GPU is visible, since {VARIABLE} is {os.environ[VARIABLE]!r}"
    return "no NVIDIA GPU is visible; `albench doctor` shows what there is"


def visible_devices() -> tuple[str, ...]:
    """Return the names of the GPUs that this process may use, without asking CUDA.

    Returns
    -------
    tuple of str
        As ``CUDA_VISIBLE_DEVICES`` lists them; empty without a GPU.
    """
    chosen = os.environ.get(VARIABLE)
    if chosen is not None:
        return tuple(itertools.takewhile(_is_a_name, map(str.strip, chosen.split(","))))
    return tuple(gpu.number for gpu in installed_gpus())


def _is_a_name(text: str) -> bool:
    return text not in ("", "-1")  # at the first of these, CUDA stops reading


def torch_has_cuda() -> bool:
    """Return whether the installed torch is built for CUDA, without importing it."""
    spec = importlib.util.find_spec("torch")
    if spec is None or spec.origin is None:
        return False
    version = Path(spec.origin).with_name("version.py")
    return version.is_file() and bool(runpy.run_path(str(version)).get("cuda"))


class DevicePool:
    """Gives each child the GPU that fewest others have, whichever process of this host asks.

    Who takes a GPU holds a lock on a file of it, the first that is free: the children on a GPU are
    counted by its locks, and the system frees those of a process that is killed.

    Parameters
    ----------
    devices : Devices
        What there is; without a GPU, every child computes on the CPU.
    folder : Path or None
        Where the locks lie; None is where all processes look that share a cache on this host.
    """

    def __init__(self, devices: Devices, folder: Path | None = None) -> None:
        self._devices = devices
        self._folder = folder

    @contextlib.contextmanager
    def one(self) -> Iterator[Mapping[str, str]]:
        """Reserve a GPU for a child.

        Yields
        ------
        mapping of str to str
            What to set in its environment.
        """
        if not self._devices.names:
            yield self._devices.environment
            return
        name, lock = self._taken()
        try:
            yield self._devices.environment_on(name)
        finally:
            lock.release()

    def _taken(self) -> tuple[str, BaseFileLock]:
        """Return a GPU, and the lock that is held on it now."""
        folder = _locks_here() if self._folder is None else self._folder
        folder.mkdir(parents=True, exist_ok=True)
        for n_others, name in _turns(self._devices.names):
            file = folder / f"{quote(name, safe='')}.{n_others}.lock"
            # Not a singleton: each child of this process needs a lock of its own.
            lock = FileLock(file, thread_local=False, is_singleton=False)
            with contextlib.suppress(Timeout):
                lock.acquire(timeout=0)
                return name, lock
        raise AssertionError("turns never end")


def _locks_here() -> Path:
    return default_folder() / "gpus" / platform.node()  # several hosts may have one cache


def _turns(names: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield every GPU with 0 others on it, then with 1, and so on."""
    for n_others in itertools.count():
        yield from ((n_others, name) for name in names)

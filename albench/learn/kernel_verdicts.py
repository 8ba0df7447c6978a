"""Whether operations of a stack have the digits of single ones, remembered between processes.

A trial of an operation costs as much as an update of all heads, and its answer depends on nothing
but the operation, sizes, layouts, torch and the processor. An answer that does not hold any more
costs time and no result: of all that is recorded the digits of three heads are compared.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from albench.atomic_file import write_atomically

if TYPE_CHECKING:
    from collections.abc import Callable

_DECISIVE = ("vendor_id", "cpu family", "model", "model name", "stepping", "cache size", "flags")
"""What ``/proc/cpuinfo`` says of a processor, as far as kernels are chosen by it."""


_CHOOSING = ("ATEN_", "DNNL_", "MKL_", "ONEDNN_", "OPENBLAS_")
"""How the variables begin by which torch's libraries are told to choose other kernels."""


class KernelVerdicts:
    """Answers by what decides about an operation's kernels; in memory, until told of a file.

    Parameters
    ----------
    code : Path
        The file with the code that tries operations: other code, other answers.
    """

    def __init__(self, code: Path) -> None:
        self._code = code
        self._file: Path | None = None
        self._verdicts: dict[str, bool] = {}
        self._n_kept = 0

    def __len__(self) -> int:
        return len(self._verdicts)

    def get(self, key: object, tried: Callable[[], bool]) -> bool:
        """Return the verdict on an operation.

        Parameters
        ----------
        key : object
            All that decides; its ``repr`` is compared.
        tried : callable
            Makes the trial, if the same has not been made before.

        Returns
        -------
        bool
            Whether it has the same digits.
        """
        name = _digest(repr(key))
        if name not in self._verdicts:
            self._verdicts[name] = tried()
        return self._verdicts[name]

    def remember_in(self, cache: Path) -> None:
        """Read what is known, and write there from now on.

        Parameters
        ----------
        cache : Path
            The folder of the cache. What lies there may be deleted at any time.
        """
        self._file = cache / "lockstep" / f"kernels-{self._environment()}.json"
        kept = _read(self._file)
        self._verdicts |= kept
        self._n_kept = len(kept)

    def keep(self) -> None:
        """Write what is new, with what other processes have written meanwhile."""
        if self._file is None or len(self._verdicts) == self._n_kept:
            return
        self._verdicts |= _read(self._file)
        with suppress(OSError):  # a cache that cannot be written to costs the next time seconds
            self._file.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(self._file, json.dumps(self._verdicts).encode())
        self._n_kept = len(self._verdicts)

    def _environment(self) -> str:
        """Return a digest of what decides beside the operation."""
        decisive = (
            self._code.read_text(encoding="utf-8"),
            torch.__version__,
            torch.__config__.show(),
            torch.get_num_threads(),
            sorted((name, said) for name, said in os.environ.items() if name.startswith(_CHOOSING)),
            _processor(),
        )
        return _digest(repr(decisive))


def _processor() -> Any:
    """Return what tells processors apart whose kernels may differ."""
    with suppress(OSError):
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
        lines = [line.partition(":") for line in text.partition("\n\n")[0].splitlines()]
        return sorted((key.strip(), said) for key, _, said in lines if key.strip() in _DECISIVE)
    return platform.machine(), platform.processor()


def _read(file: Path) -> dict[str, bool]:
    with suppress(OSError, ValueError):
        plain: Any = json.loads(file.read_text(encoding="utf-8"))
        if isinstance(plain, dict) and all(isinstance(each, bool) for each in plain.values()):
            return plain
    return {}


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()

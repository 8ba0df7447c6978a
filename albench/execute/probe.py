"""What a child can do here: start, import torch, and compute on the device that it is given."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from albench.execute import scratch
from albench.execute.processes import context
from albench.execute.run import PRELOAD
from albench.execute.supervise import Job, supervise
from albench.records.schema import CellStatus

if TYPE_CHECKING:
    from collections.abc import Mapping

    from albench.execute.child import ChildLine

SECONDS = 300.0
"""How long importing torch and waking a GPU may take; a network file system is slow at first."""

_SIDE = 512


@dataclass(frozen=True)
class Probed:
    """What a child said.

    Parameters
    ----------
    device : str
        Where it computed: the name of a GPU, or ``cpu``; empty if it did not.
    seconds : float
        Until it had: the start of the fork server included, if it was the first.
    problem : str
        Why it could not; empty if it could.
    """

    device: str
    seconds: float
    problem: str


def probe(environment: Mapping[str, str]) -> Probed:
    """Return what a child can do, supervised like that of a cell.

    Parameters
    ----------
    environment : mapping of str to str
        What names the device that it is to compute on.

    Returns
    -------
    Probed
        Also of a child that crashed, or could not be started.

    Raises
    ------
    AlbenchError
        If no child can be started at all.
    """
    with tempfile.TemporaryDirectory(dir=scratch.folder()) as folder:
        target = f"{__name__}:compute"
        log = Path(folder) / "probe.log"
        job = Job(target, None, log, SECONDS, environment=environment)
        outcome = supervise(job, context(PRELOAD))
    device = outcome.value if isinstance(outcome.value, str) else ""
    problem = "" if outcome.status is CellStatus.OK else f"{outcome.status}: {outcome.reason}"
    return Probed(device, outcome.seconds, problem)


def compute(_: Any, __: ChildLine) -> str:
    """Multiply two matrices where a cell would, and return the name of the device.

    Returns
    -------
    str
        The name of the GPU, or ``cpu``.

    Raises
    ------
    ArithmeticError
        If the product is wrong.
    """
    import torch

    from albench.learn.devices import resolved

    device = resolved("auto")
    x = torch.arange(_SIDE * _SIDE, dtype=torch.float32, device=device).reshape(_SIDE, _SIDE)
    identity = torch.eye(_SIDE, device=device)
    if not torch.equal(x @ identity, x):
        raise ArithmeticError(f"a matrix times the identity is another on {device}")
    return torch.cuda.get_device_name(device) if device.type == "cuda" else device.type

"""Where cells run: the engine, and options that only some engines have a use for."""

from __future__ import annotations

import contextlib
import math
from argparse import ArgumentTypeError
from typing import TYPE_CHECKING, NamedTuple

from albench.commands.numeric_options import seconds
from albench.errors import Complaint, InputError

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

LOCAL, DASK, SHARED = "local", "dask", "shared-folder"
ENGINES = (LOCAL, DASK, SHARED)

STALE_SECONDS = 180.0
LEAST_STALE_SECONDS = 1.0
"""A worker's heartbeat on a network's disk may well be seen as late as that."""


class _Use(NamedTuple):
    """Which engines have a use for an option, and why no other has."""

    option: str
    engines: tuple[str, ...]
    why: str


_ALONE = "every cell has a process of its own there"
_USES = {
    "fail_fast": _Use("--fail-fast", (LOCAL, DASK), "workers do not watch each other's cells"),
    "no_lockstep": _Use("--no-lockstep", (LOCAL,), _ALONE),
    "scheduler": _Use("--scheduler", (DASK,), "it is for --engine dask"),
    "cell_resources": _Use("--cell-resources", (DASK,), "it is for --engine dask"),
    "stale_seconds": _Use("--stale-seconds", (SHARED,), "it is for --engine shared-folder"),
}


def add_engine(parser: ArgumentParser) -> None:
    """Add ``--engine`` and what belongs to one."""
    parser.add_argument(
        "--engine",
        choices=ENGINES,
        default=LOCAL,
        help="where cells run: in processes here, on a Dask cluster, or wherever `albench worker` "
        "is started on the results folder (default: local)",
    )
    parser.add_argument(
        "--scheduler",
        metavar="ADDRESS|FILE",
        help="dask: the address of the scheduler, or the file it wrote",
    )
    parser.add_argument(
        "--cell-resources",
        type=resources_of,
        metavar="NAME=AMOUNT,...",
        help="dask: how much of the workers' resources a cell takes, as in GPU=0.5",
    )
    parser.add_argument(
        "--stale-seconds",
        type=_stale_seconds,
        metavar="SECONDS",
        help="shared-folder: take over a worker's cells after this silence "
        f"(default: {STALE_SECONDS:g})",
    )


def require_used(options: Namespace) -> None:
    """Complain of options that the chosen engine would ignore.

    Parameters
    ----------
    options : argparse.Namespace
        Of a command that has the options of `add_engine`, ``--fail-fast`` and ``--no-lockstep``.

    Raises
    ------
    InputError
        With every such option.
    """
    given = {**vars(options), "no_lockstep": not options.lockstep}
    complaints = [
        Complaint(use.option, f"has no effect with --engine {options.engine}: {use.why}")
        for name, use in _USES.items()
        if given[name] not in (None, False) and options.engine not in use.engines
    ]
    if complaints:
        raise InputError(complaints)


def resources_of(text: str) -> dict[str, float]:
    """Return what a cell takes of its worker's resources.

    Parameters
    ----------
    text : str
        As Dask writes it: ``GPU=0.5,MEMORY=8``.

    Returns
    -------
    dict of str to float
        Finite amounts above 0, by name.

    Raises
    ------
    ArgumentTypeError
        If it is anything else.
    """
    resources = {}
    for part in text.split(","):
        name, _, amount = part.partition("=")
        number = _number(amount)
        if not name.strip() or not 0 < number < math.inf:
            raise ArgumentTypeError(f"found {text!r}, expected NAME=AMOUNT,... as in GPU=0.5")
        resources[name.strip()] = number
    return resources


def _stale_seconds(text: str) -> float:
    return seconds(text, LEAST_STALE_SECONDS)


def _number(text: str) -> float:
    with contextlib.suppress(ValueError):
        return float(text)
    return math.nan

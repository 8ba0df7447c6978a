"""Run cells from a shared folder, alongside its other workers."""

from __future__ import annotations

import argparse
import re
import shlex
import signal
from pathlib import Path
from typing import TYPE_CHECKING

from albench.commands import FAILED, OK
from albench.commands.arguments import add_placement, placement_of
from albench.output import say
from albench.plural import plural

if TYPE_CHECKING:
    from albench.engines.shared_folder import FolderWorker

HELP = "run cells of a run that several machines share through a folder"

_TIME = re.compile(r"(?:(\d{1,4})h)?(?:(\d{1,5})m)?(?:(\d{1,7})s)?")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    help_text = "a results folder made by `albench run SPEC --engine shared-folder`"
    parser.add_argument("results", metavar="RUN", type=Path, help=help_text)
    add_placement(parser)
    parser.add_argument(
        "--max-time",
        type=seconds_of,
        metavar="TIME",
        help="how long this worker may run, as in 3h55m: in the last tenth (at most 5 minutes) it "
        "claims nothing, and a running cell stops after its round to resume elsewhere",
    )


def run(options: argparse.Namespace) -> int:
    """Return 0 if no cell failed here, even if time ran out before the work."""
    from albench import session
    from albench.console import Watcher

    placement = placement_of(options)
    with Watcher(placement.jobs, say) as watcher:
        worker = session.open_worker(options.results, placement, options.max_time, watcher.watch)
        _end_on_terminate(worker)
        watcher.begin(worker.left, [])
        tally = worker.work()
    done = f"{plural(tally.n_ok, 'cell')} done here"
    say(f"{done}, {tally.n_failed} failed, {tally.n_left} left in the run")
    if not tally.n_left:
        report = shlex.join(["albench", "report", str(options.results)])
        say(f"every cell has ended; `{report}` draws the report")
    return FAILED if tally.n_failed else OK


def _end_on_terminate(worker: FolderWorker) -> None:
    """Let cells finish their round at SIGTERM, which schedulers send before a job ends."""

    def end(*_: object) -> None:
        worker.end_soon()
        signal.signal(signal.SIGTERM, signal.SIG_DFL)  # the second one ends the worker at once

    signal.signal(signal.SIGTERM, end)


def seconds_of(text: str) -> float:
    """Return the seconds of a time.

    Parameters
    ----------
    text : str
        Hours, minutes and seconds, each with its letter.

    Returns
    -------
    float
        Above 0.

    Raises
    ------
    ArgumentTypeError
        If it is no time.

    Examples
    --------
    >>> seconds_of("3h55m"), seconds_of("90s")
    (14100.0, 90.0)
    """
    match = _TIME.fullmatch(text)
    hours, minutes, seconds = (int(part or 0) for part in match.groups()) if match else (0, 0, 0)
    total = 3600.0 * hours + 60.0 * minutes + seconds
    if total <= 0:
        raise argparse.ArgumentTypeError(f"found {text!r}, expected a time such as 3h55m or 90m")
    return total

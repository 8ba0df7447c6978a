"""Show which cells are done, which failed and which are missing."""

from __future__ import annotations

import contextlib
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from albench.commands import FAILED, OK
from albench.commands.arguments import add_json, add_slice, slice_of
from albench.commands.numeric_options import seconds
from albench.output import say

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable

    from albench.overview import StatusOverview

HELP = "show what is done, failed and missing"

WATCH_SECONDS = 5.0


def add_arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("results", metavar="RESULTS", type=Path, help="a results folder")
    group = parser.add_mutually_exclusive_group()
    add_json(group)
    group.add_argument(
        "--watch",
        metavar="SECONDS",
        type=seconds,
        nargs="?",
        const=WATCH_SECONDS,
        help="update at this interval until the run ends or Ctrl-C (default: every 5 s)",
    )
    add_slice(parser)


def run(options: Namespace) -> int:
    """Return 0 if every planned cell succeeded."""
    from albench.overview import shard_of, status_overview

    part = slice_of(options)
    shard = shard_of(options.results, part)

    def look() -> StatusOverview:
        return status_overview(options.results, part, shard)

    overview = look()
    if options.watch is not None:
        overview = _watch(look, options.watch, overview)
    say(json.dumps(overview.as_json(), indent=1) if options.json else overview.as_text())
    return OK if overview.is_complete else FAILED


def _watch(
    look: Callable[[], StatusOverview], seconds: float, overview: StatusOverview
) -> StatusOverview:
    """Show the state of a run at intervals; return the last."""
    from albench.console import Redrawn

    with contextlib.suppress(KeyboardInterrupt), Redrawn(sys.stdout) as shown:
        while not overview.has_ended:
            shown.show(overview.as_text())
            time.sleep(seconds)
            overview = look()
    return overview

"""Join the results of several machines and report on them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from albench.commands import FAILED, OK
from albench.output import say

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

HELP = "join the results of several machines; then report"


def add_arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("results", metavar="RESULTS", type=Path, nargs="+", help="results folders")
    parser.add_argument("-o", "--output", type=Path, required=True, help="the folder to merge into")


def run(options: Namespace) -> int:
    """Return 0 if no cell has two different results."""
    from albench.merge import merge
    from albench.publish import redraw

    conflicts = merge(options.results, options.output)
    for cell in conflicts:
        say(f"conflict: cell {cell} has two different results; the earlier one is reported")
    say(f"report: {redraw(options.output, warn=say)}")
    return FAILED if conflicts else OK

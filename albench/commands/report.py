"""Write the report of a results folder again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from albench.commands import OK
from albench.commands.arguments import add_slice, slice_of
from albench.output import say

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

HELP = "redraw tables, figures and page from the records; of a slice, into slice/"


def add_arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("results", metavar="RESULTS", type=Path, help="a results folder")
    add_slice(parser, with_shard=False)


def run(options: Namespace) -> int:
    """Return 0."""
    from albench.publish import redraw

    say(f"report: {redraw(options.results, slice_of(options), say)}")
    return OK

"""Show which cells are done, which failed and which are missing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from albench.commands import FAILED, OK
from albench.commands.arguments import add_json
from albench.output import say

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

HELP = "show what is done, failed and missing"


def add_arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("results", metavar="RESULTS", type=Path, help="a results folder")
    add_json(parser)


def run(options: Namespace) -> int:
    """Return 0 if every planned cell has succeeded."""
    from albench.overview import status_overview

    overview = status_overview(options.results)
    say(json.dumps(overview.as_json(), indent=1) if options.json else overview.as_text())
    return OK if overview.is_complete else FAILED

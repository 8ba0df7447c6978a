"""List the benchmarks that can be run by name."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from albench.commands import OK
from albench.commands.arguments import add_json
from albench.output import say

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

HELP = "list the benchmarks that can be run by name"


def add_arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    add_json(parser)


def run(options: Namespace) -> int:
    """Return 0."""
    from albench.shipped import benchmark_overviews

    overviews = benchmark_overviews()
    if options.json:
        say(json.dumps([overview.as_json() for overview in overviews], indent=1))
    else:
        say("\n\n".join(overview.as_text() for overview in overviews))
    return OK

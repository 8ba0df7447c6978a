"""Show the state of every entry point."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from albench.commands import FAILED, OK
from albench.commands.arguments import add_json
from albench.output import say

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

HELP = "show the state of every entry point"


def add_arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    add_json(parser)


def run(options: Namespace) -> int:
    """Return 0 if every entry point could be loaded, or is disabled."""
    from albench import registry
    from albench.plugin_overview import doctor_text, plugin_problems, report_json

    reports = registry.discover().reports
    if options.json:
        say(json.dumps([report_json(report) for report in reports], indent=1))
    else:
        say(doctor_text(reports))
    return FAILED if plugin_problems(reports) else OK

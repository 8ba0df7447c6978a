"""Run the conformance checks of a plugin."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from albench.commands import FAILED, OK
from albench.commands.arguments import KINDS, add_json
from albench.output import say

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

HELP = "run the conformance checks of a plugin"


def add_arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("name", metavar="NAME", help="a short or qualified name: esd, core/esd")
    parser.add_argument("--kind", choices=KINDS, help="needed if several kinds share the name")
    parser.add_argument(
        "--option",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        dest="settings",
        help="set an option of the plugin; repeat it for more",
    )
    add_json(parser, "print JSON instead of text; it can be drawn as a badge")


def run(options: Namespace) -> int:
    """Return 0 if every check holds."""
    from albench.api import Kind
    from albench.commands.plugin_options import plugin_options
    from albench.testing.examination import check, find

    plugin = find(options.name, Kind(options.kind) if options.kind else None)
    report = check(plugin, options=plugin_options(plugin, options.settings))
    say(json.dumps(report.as_json(), indent=1) if options.json else report.as_table())
    return OK if report.ok else FAILED

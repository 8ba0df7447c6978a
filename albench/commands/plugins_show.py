"""Show everything that a plugin says about itself."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from albench.commands import OK
from albench.commands.arguments import add_json
from albench.errors import InputError
from albench.output import say

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

HELP = "show everything that a plugin says about itself"


def add_arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("name", metavar="NAME", help="a short or qualified name: esd, core/esd")
    add_json(parser)


def run(options: Namespace) -> int:
    """Return 0."""
    from albench import registry
    from albench.plugin_overview import component_json, component_text

    plugins = registry.discover()
    named = [c for c in plugins.components if options.name in (c.name, c.qualified)]
    if not named:
        raise InputError(plugins.unknown(options.name))
    if options.json:
        say(json.dumps([component_json(component) for component in named], indent=1))
    else:
        say("\n\n".join(component_text(component) for component in named))
    return OK

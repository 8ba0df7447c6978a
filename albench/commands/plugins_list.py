"""List the loaders, models and strategies that are installed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from albench.commands import OK
from albench.commands.arguments import KINDS, add_json
from albench.output import complain, say

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

HELP = "list loaders, models and strategies"


def add_arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--kind", choices=KINDS, help="only one kind")
    add_json(parser)


def run(options: Namespace) -> int:
    """Return 0, whatever the state of the plugins."""
    from albench import registry
    from albench.plugin_overview import component_json, listing_text, plugin_problems

    plugins = registry.discover()
    components = [
        component
        for component in sorted(plugins.components, key=lambda c: (c.descriptor.kind, c.qualified))
        if options.kind in (None, component.descriptor.kind)
    ]
    if options.json:
        say(json.dumps([component_json(component) for component in components], indent=1))
        return OK
    say(listing_text(components))
    if problems := plugin_problems(plugins.reports):
        complain(problems)
    return OK

"""Describe the cohorts of a benchmark."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from albench.commands import OK
from albench.commands.arguments import add_json, add_spec
from albench.output import say

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

HELP = "describe the cohorts of a benchmark"


def add_arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    add_spec(parser)
    add_json(parser)


def run(options: Namespace) -> int:
    """Return 0."""
    from albench import session
    from albench.overview import data_text

    cohorts = session.open_spec(options.spec).describe()
    if options.json:
        say(json.dumps({name: each.to_json() for name, each in cohorts.items()}, indent=1))
    else:
        say(data_text(cohorts))
    return OK

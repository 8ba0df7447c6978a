"""Explain why a cell ran, was reused or is stale."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from albench.commands import OK
from albench.output import say

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

HELP = "explain why a cell ran, was reused or is stale"


def add_arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("cell", metavar="CELL", help="the beginning of a cell's identity")
    parser.add_argument(
        "--results", type=Path, help="its results folder (default: searched in runs/ and results/)"
    )
    parser.add_argument(
        "--spec", metavar="SPEC", help="the specification (default: the benchmark of that name)"
    )


def run(options: Namespace) -> int:
    """Return 0."""
    from albench import session
    from albench.explain import explain, results_with
    from albench.overview import status_overview

    results = options.results or results_with(options.cell)
    spec = options.spec or status_overview(results).name
    opened = session.open_spec(spec)
    say(explain(options.cell, results, opened.plan.cells, opened.resolved.sources))
    return OK

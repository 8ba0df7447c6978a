"""Explain why a cell ran, was reused or is stale."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from albench.commands import OK
from albench.output import say

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from albench.session import OpenedSpecification

HELP = "explain why a cell ran, was reused or is stale"


def add_arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("cell", metavar="CELL", help="the beginning of a cell's identity")
    parser.add_argument(
        "--results", type=Path, help="its results folder (default: searched in runs/ and results/)"
    )
    parser.add_argument(
        "--spec",
        metavar="SPEC",
        help="another specification (default: its file as it is now, or what the results keep)",
    )


def run(options: Namespace) -> int:
    """Return 0."""
    from albench.explain import explain, results_with

    results = options.results or results_with(options.cell)
    opened = _opened(options.spec, results)
    say(explain(options.cell, results, opened.plan.cells, opened.resolved.sources))
    return OK


def _opened(spec: str | None, results: Path) -> OpenedSpecification:
    from albench import session
    from albench.records.results_folder import latest_run

    if spec is not None:
        return session.open_spec(spec)
    run = latest_run(results)
    file = session.specification_file(run, results)
    if file is None:
        return session.open_recorded(run, results)
    rule = run.sequential
    return session.open_spec(str(file), repetitions=None if rule is None else rule.most)

"""Publish a run: tables, records and report, small enough to commit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from albench.commands import OK
from albench.output import say

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

HELP = "write a run's tables, records and report to results/NAME, ready to share"


def add_arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("run", metavar="RUN", type=Path, help="a run folder")
    parser.add_argument("--to", type=Path, help="where to (default: results/NAME)")
    parser.add_argument(
        "--incomplete", action="store_true", help="publish even if cells failed or are missing"
    )


def run(options: Namespace) -> int:
    """Return 0."""
    from albench.overview import status_overview
    from albench.publish import publish

    overview = status_overview(options.run)
    target = options.to or Path("results") / overview.name
    page, n_repetitions = publish(options.run, target, incomplete=options.incomplete)
    for warning in overview.warnings:
        say(warning)
    size = sum(path.stat().st_size for path in target.rglob("*") if path.is_file()) / 1e6
    say(f"published: {target}, {size:.1f} MB; repetitions with probabilities: {n_repetitions}")
    say(f"report: {page}")
    return OK

"""Look at what strategies bought, and report on it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from albench.commands import OK
from albench.output import say
from albench.plural import plural

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

HELP = "look at what strategies bought: classes, subjects, duplicates, distances; then report"


def add_arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    text = "a run folder, or published results; their data are read"
    parser.add_argument("results", metavar="RESULTS", type=Path, help=text)


def run(options: Namespace) -> int:
    """Return 0."""
    from albench.bought import audit_purchases
    from albench.publish import redraw

    n_cells, n_unknown = audit_purchases(options.results)
    summary = f"{plural(n_cells, 'cell')} looked at"
    if n_unknown:
        summary += (
            f"; {n_unknown} left out, which the specification does not plan with the data here"
        )
    say(summary)
    say(f"report: {redraw(options.results, warn=say)}")
    return OK

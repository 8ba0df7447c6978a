"""Redraw the report of a results folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from albench.commands import OK
from albench.commands.arguments import add_slice, slice_of
from albench.output import say

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

HELP = "redraw tables, figures and page from the records; a slice is written to slice/"


def add_arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("results", metavar="RESULTS", type=Path, help="a results folder")
    parser.add_argument(
        "--compare",
        action="extend",
        type=_names,
        default=[],
        metavar="NAME,NAME",
        help="strategies to compare with each other (default: those named in the specification, "
        "or the best few)",
    )
    add_slice(parser, with_shard=False)
    text = "also print the page to report.pdf, with a Chromium on the path"
    parser.add_argument("--pdf", action="store_true", help=text)


def run(options: Namespace) -> int:
    """Return 0."""
    from albench.publish import redraw
    from albench.reporting.printing import find_browser, print_page

    browser = find_browser() if options.pdf else ""  # before minutes are spent on drawing
    page = redraw(options.results, slice_of(options), options.compare, warn=say)
    say(f"report: {page}")
    if browser:
        say(f"pdf: {print_page(page, browser)}")
    return OK


def _names(text: str) -> list[str]:
    return [name for part in text.split(",") if (name := part.strip())]

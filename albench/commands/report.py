"""Redraw the report of a results folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from albench.commands import OK
from albench.commands.arguments import add_slice, slice_of
from albench.errors import Complaint, InputError
from albench.output import say
from albench.report_formats import FORMATS, USUAL, chosen_formats

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
    add_slice(parser)
    parser.add_argument(
        "--format",
        action="extend",
        type=_names,
        default=[],
        metavar="FORMAT,FORMAT",
        help=f"what is written, of {', '.join(FORMATS)} (default: {', '.join(USUAL)})",
    )
    text = "print the page to report.pdf, too, with a Chromium that is on the path"
    parser.add_argument("--pdf", action="store_true", help=text)


def run(options: Namespace) -> int:
    """Return 0."""
    from albench.publish import redraw
    from albench.reporting.printing import find_browser, print_page

    if options.shard is not None:
        problem = "may hold one strategy of a repetition and not another, so that nothing can be "
        problem += "compared: join the parts with `albench merge`, or choose by --repetitions"
        raise InputError([Complaint("--shard {}/{}".format(*options.shard), problem)])
    formats = chosen_formats(options.format)
    if options.pdf and "html" not in formats:
        problem = "prints the page, which --format leaves out: add html to it"
        raise InputError([Complaint("--pdf", problem)])
    browser = find_browser() if options.pdf else ""  # before minutes are spent on drawing
    page = redraw(options.results, slice_of(options), options.compare, formats, warn=say)
    say(f"report: {page}")
    if browser:
        say(f"pdf: {print_page(page, browser)}")
    return OK


def _names(text: str) -> list[str]:
    return [name for part in text.split(",") if (name := part.strip())]

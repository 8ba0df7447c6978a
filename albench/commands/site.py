"""Write a static site over several benchmarks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from albench.commands import FAILED, OK
from albench.output import say
from albench.plural import plural

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

HELP = "write a static site over several benchmarks, from results and bundles"


def add_arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "sources",
        metavar="RESULTS",
        type=Path,
        nargs="+",
        help="published results, run folders and bundles: everything the site shows",
    )
    parser.add_argument("-o", "--output", type=Path, required=True, help="the site's folder")
    parser.add_argument("--title", default="Active learning, compared", help="the site's title")
    parser.add_argument(
        "--address", default="", help="where the site will be, for the feed: https://..."
    )


def run(options: Namespace) -> int:
    """Return 0 if no cell has two different results."""
    from albench.site.building import build

    built = build(options.sources, options.output, options.title, options.address)
    for joined in built:
        for conflict in joined.conflicts:
            say(
                f"conflict: {conflict.label}: {conflict.difference} differ between "
                f"{conflict.kept}, which counts, and {conflict.other}"
            )
    say(f"site: {options.output / 'index.html'}, {plural(len(built), 'benchmark')}")
    return FAILED if any(joined.conflicts for joined in built) else OK

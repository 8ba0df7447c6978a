"""Write a run's records as one file, to send to others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from albench.commands import OK
from albench.output import say
from albench.plural import plural

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

HELP = "write a run's records as one file, to send to others"


def add_arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    text = "a run folder, or published results in which all repetitions keep their probabilities"
    parser.add_argument("results", metavar="RESULTS", type=Path, help=text)
    parser.add_argument("-o", "--output", type=Path, required=True, help="the file: mylab.zip")


def run(options: Namespace) -> int:
    """Return 0."""
    from albench.bundle.writing import write_bundle

    n_cells, warnings = write_bundle(options.results, options.output)
    for warning in warnings:
        say(warning)
    size = options.output.stat().st_size / 1e6
    say(f"bundle: {options.output}, {plural(n_cells, 'cell')}, {size:.1f} MB")
    return OK

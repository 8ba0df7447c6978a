"""Rerun a random share of recorded cells and compare."""

from __future__ import annotations

import argparse
import math
from pathlib import Path

from albench.commands import FAILED, OK
from albench.commands.arguments import add_placement, placement_of
from albench.commands.numeric_options import seed
from albench.output import say
from albench.plural import plural

HELP = "rerun a random share of the cells and compare"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("results", metavar="RESULTS", type=Path, help="a results folder")
    parser.add_argument(
        "--spec",
        metavar="SPEC",
        help="another specification (default: the text that the results keep)",
    )
    add_share(parser, "--share", "the share of cells to run (default: 0.02)", default=0.02)
    parser.add_argument("--seed", type=seed, help="the seed for choosing cells (default: random)")
    add_placement(parser)


def add_share(
    parser: argparse.ArgumentParser, option: str, text: str, default: float | None = None
) -> None:
    """Add an option that takes a share of cells.

    Parameters
    ----------
    parser : ArgumentParser
        Of a command.
    option : str
        Its name.
    text : str
        Its help.
    default : float or None
        What holds without it.
    """
    parser.add_argument(option, metavar="SHARE", type=_share, default=default, help=text)


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = math.nan
    if not 0.0 < share <= 1.0:
        raise argparse.ArgumentTypeError(f"found {text!r}, expected a number above 0, at most 1")
    return share


def run(options: argparse.Namespace) -> int:
    """Return 0 if every rerun cell agrees with its record."""
    import numpy as np

    from albench import session
    from albench.audit import audit
    from albench.console import Watcher
    from albench.records.results_folder import latest_run
    from albench.records.tables import TOLERANCE

    placement = placement_of(options)
    if options.spec is not None:
        opened = session.open_spec(options.spec)
    else:
        opened = session.open_recorded(latest_run(options.results), options.results)
    rng = np.random.default_rng(options.seed)
    with Watcher(placement.jobs, say) as watcher:
        audited = audit(opened, options.results, options.share, rng, placement, watcher.watch)
    say(f"{plural(len(audited.equal), 'cell')} equal, {len(audited.close)} equal to {TOLERANCE:g}")
    for cell, problem in audited.different:
        say(f"different: cell {cell}: {problem}")
    return FAILED if audited.different else OK
